// Dark, light, or as the system says; chosen here and kept. Runs before the first paint.
(() => {
  const kept = 'dashboard.theme';
  const order = ['system', 'light', 'dark'];
  const root = document.documentElement;

  const read = () => {
    try {
      const theme = localStorage.getItem(kept);
      return order.includes(theme) ? theme : 'system';
    } catch {
      return 'system';
    }
  };

  const apply = theme => {
    if (theme === 'system') {
      delete root.dataset.theme;
    } else {
      root.dataset.theme = theme;
    }
    for (const button of document.querySelectorAll('[data-theme-button]')) {
      const label = `Theme: ${theme}`;
      button.setAttribute('aria-label', label);
      button.title = label;
    }
  };

  apply(read());
  document.addEventListener('click', event => {
    if (!event.target.closest?.('[data-theme-button]')) {
      return;
    }
    const next = order[(order.indexOf(read()) + 1) % order.length];
    try {
      localStorage.setItem(kept, next);
    } catch {
      // Private windows may refuse: the choice lasts for this page.
    }
    apply(next);
  });
  addEventListener('storage', event => {
    if (event.key === kept) {
      apply(read());
    }
  });
})();
