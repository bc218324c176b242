// Copying, also over plain HTTP, where browsers keep the clipboard to themselves.
(() => {
  const copy = async text => {
    if (navigator.clipboard && window.isSecureContext) {
      try {
        await navigator.clipboard.writeText(text);
        return true;
      } catch {
        // Refused: the old way may still be allowed.
      }
    }
    const field = document.createElement('textarea');
    field.value = text;
    field.readOnly = true;
    field.className = 'visually-hidden';
    const focused = document.activeElement;
    (document.querySelector('dialog[open]') ?? document.body).append(field);
    field.select();
    const done = document.execCommand('copy');
    field.remove();
    focused?.focus?.({ preventScroll: true });
    return done;
  };

  let timer = 0;
  const tell = (button, done) => {
    clearTimeout(timer);
    document.querySelectorAll('[data-copied]').forEach(other => delete other.dataset.copied);
    button.dataset.copied = done ? 'Copied' : 'Not allowed: select and copy by hand';
    timer = setTimeout(() => delete button.dataset.copied, 2000);
  };

  let pressed = null;
  document.addEventListener('click', async event => {
    const button = event.target.closest?.('button');
    if (!button) {
      return;
    }
    pressed = button;
    if (button.dataset.copies !== undefined) {
      const original = document.getElementById(button.dataset.copies)?.cloneNode(true);
      original?.querySelectorAll('[data-not-copied]').forEach(part => part.remove());
      tell(button, original !== undefined && await copy(original.textContent));
    } else if (button.dataset.copiesAddress !== undefined) {
      tell(button, await copy(location.href));
    }
  }, true);

  window.dashboard = Object.assign(window.dashboard ?? {}, {
    copy: async text => {
      const done = await copy(text);
      if (pressed?.isConnected) {
        tell(pressed, done);
      }
      return done;
    },
  });
})();
