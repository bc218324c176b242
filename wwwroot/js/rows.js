// A list of rows: tells the server which of a long list are in sight, and keeps the focus on a row that a new order moved.
const watched = new WeakMap();
const beyond = 20;

export function watch(table, server) {
  const body = table.tBodies[0];
  let told = '';
  let frame = 0;
  let focused = null;

  const look = () => {
    frame = 0;
    const total = Number(table.getAttribute('aria-rowcount')) - 1;
    const row = body.querySelector('tr[data-index]');
    if (!row || total <= 100) {
      return;
    }
    const height = row.getBoundingClientRect().height;
    const top = Math.max(0, -body.getBoundingClientRect().top);
    const first = Math.max(0, Math.floor(top / height) - beyond);
    const count = Math.ceil(innerHeight / height) + 2 * beyond;
    // A few rows of slack: not every pixel is worth a message.
    const words = `${Math.floor(first / 5)} ${count} ${height}`;
    if (words !== told) {
      told = words;
      server.invokeMethodAsync('InSight', Math.floor(first / 5) * 5, count + 5, height);
    }
  };

  const soon = () => {
    frame ||= requestAnimationFrame(look);
  };

  const remember = event => {
    focused = event.target;
  };

  const keep = () => {
    if (focused?.isConnected && body.contains(focused) && document.activeElement === document.body) {
      focused.focus({ preventScroll: true });
    }
    soon();
  };

  const forgetFocus = event => {
    // Only a person's click or Tab takes the focus somewhere else; a moved row loses it to nobody.
    if (!body.contains(event.target)) {
      focused = null;
    }
  };

  const observer = new MutationObserver(keep);
  observer.observe(body, { childList: true });
  observer.observe(table, { attributes: true, attributeFilter: ['aria-rowcount'] });
  body.addEventListener('focusin', remember);
  document.addEventListener('focusin', forgetFocus);
  document.addEventListener('pointerdown', forgetFocus);
  addEventListener('scroll', soon, { passive: true });
  addEventListener('resize', soon);
  watched.set(table, () => {
    observer.disconnect();
    cancelAnimationFrame(frame);
    document.removeEventListener('focusin', forgetFocus);
    document.removeEventListener('pointerdown', forgetFocus);
    removeEventListener('scroll', soon);
    removeEventListener('resize', soon);
  });
  look();
}

export function forget(table) {
  watched.get(table)?.();
  watched.delete(table);
}
