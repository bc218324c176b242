// The keyboard: / ? g n g j j k Enter x Esc, ignored while typing. Enter is the browser's own, on the link in focus.
(() => {
  const typing = element => element?.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element?.tagName ?? '') && !/^(checkbox|radio|button|submit)$/.test(element.type);
  const rows = () => [...document.querySelectorAll('[data-row]')];
  let leader = 0;

  const step = by => {
    const all = rows();
    if (all.length === 0) {
      return;
    }
    const at = all.indexOf(document.activeElement?.closest?.('[data-row]'));
    const next = all[Math.min(Math.max(at < 0 ? (by > 0 ? 0 : all.length - 1) : at + by, 0), all.length - 1)];
    next.querySelector('[data-row-link]')?.focus({ preventScroll: true });
    next.scrollIntoView({ block: 'nearest' });
  };

  const open = id => {
    const dialog = document.getElementById(id);
    if (dialog && !dialog.open) {
      dialog.showModal();
    }
  };

  document.addEventListener('click', event => {
    const opener = event.target.closest?.('[data-opens]');
    if (opener) {
      open(opener.dataset.opens);
    } else if (event.target.tagName === 'DIALOG') {
      event.target.close();
    }
    for (const menu of document.querySelectorAll('details.menu[open]')) {
      if (!menu.contains(event.target) || event.target.closest('a')) {
        menu.open = false;
      }
    }
  });

  document.addEventListener('keydown', event => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) {
      return;
    }
    if (document.querySelector('dialog[open]')) {
      return;
    }
    const focused = document.activeElement;
    if (event.key === 'Escape') {
      const menu = focused?.closest?.('details.menu[open]');
      if (menu) {
        menu.open = false;
        menu.querySelector('summary').focus();
      } else if (typing(focused)) {
        focused.blur();
      } else {
        document.querySelector('[data-escape]')?.click();
      }
      return;
    }
    if (typing(focused)) {
      return;
    }
    if (leader && Date.now() - leader < 1500) {
      leader = 0;
      const link = document.querySelector(`[data-keys="g ${CSS.escape(event.key)}"]`);
      if (link) {
        event.preventDefault();
        link.click();
        return;
      }
    }
    switch (event.key) {
      case 'g':
        leader = Date.now();
        break;
      case '/': {
        event.preventDefault();
        const search = document.querySelector('[data-search]');
        if (search) {
          search.focus();
          search.select();
        } else {
          sessionStorage.setItem('dashboard.search', 'next');
          document.querySelector('[data-keys="g j"]')?.click();
        }
        break;
      }
      case '?':
        event.preventDefault();
        open('keys');
        break;
      case 'j':
        step(1);
        break;
      case 'k':
        step(-1);
        break;
      case 'x':
      case 'X': {
        const pick = focused?.closest?.('[data-row]')?.querySelector('[data-pick]');
        pick?.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, shiftKey: event.shiftKey }));
        break;
      }
    }
  });

  // A new page's heading is given the focus from the server, a moment late. Whoever went into the search line meanwhile stays there;
  // without a pointer, no person can put the focus on a heading.
  let pointed = false;
  document.addEventListener('pointerdown', () => { pointed = true; }, true);
  document.addEventListener('keydown', () => { pointed = false; }, true);
  document.addEventListener('focusin', event => {
    const left = event.relatedTarget;
    if (event.target.tagName === 'H1' && typing(left) && left.isConnected && !pointed) {
      left.focus();
    }
  });

  // "/" from another page lands in the search line as soon as there is one.
  new MutationObserver(() => {
    if (sessionStorage.getItem('dashboard.search') === null) {
      return;
    }
    const search = document.querySelector('[data-search]');
    if (search) {
      sessionStorage.removeItem('dashboard.search');
      requestAnimationFrame(() => requestAnimationFrame(() => search.focus()));
    }
  }).observe(document.body, { childList: true, subtree: true });
})();
