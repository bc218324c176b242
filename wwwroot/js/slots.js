// The slot grid: arrows move inside it and not the page, a drag of the pointer is a click and a click with Shift. What is chosen is the server's.
(() => {
  const cellOf = target => target.closest?.('[data-slot-grid] [data-slot]');
  let began = null;

  document.addEventListener('keydown', event => {
    if (cellOf(event.target) && /^(Arrow(Left|Right|Up|Down)|Home|End| |Enter)$/.test(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
    }
  }, true);

  document.addEventListener('pointerdown', event => {
    began = event.button === 0 && event.pointerType !== 'touch' && !event.shiftKey ? cellOf(event.target) : null;
  });

  document.addEventListener('pointerover', event => {
    const at = began && event.buttons === 1 ? cellOf(event.target) : null;
    if (!at) {
      return;
    }
    const cells = [...at.closest('[data-slot-grid]').querySelectorAll('[data-slot]')];
    const [one, other] = [cells.indexOf(began), cells.indexOf(at)].sort((a, b) => a - b);
    cells.forEach((cell, place) => cell.toggleAttribute('data-dragged', one >= 0 && place >= one && place <= other));
  });

  document.addEventListener('pointerup', event => {
    const [from, to] = [began, cellOf(event.target)];
    began = null;
    document.querySelectorAll('[data-dragged]').forEach(cell => cell.removeAttribute('data-dragged'));
    if (from?.isConnected && to && from !== to && from.closest('[data-slot-grid]') === to.closest('[data-slot-grid]')) {
      from.click();
      to.dispatchEvent(new MouseEvent('click', { bubbles: true, shiftKey: true }));
      to.focus();
    }
  });

  window.dashboard = Object.assign(window.dashboard ?? {}, {
    focusSlot: slot => document.querySelector(`[data-slot-grid] [data-slot="${CSS.escape(slot)}"]`)?.focus(),
  });
})();
