// Relative times tick here, by the database's clock, once a second. Only the value of an existing text node changes, so Blazor finds its
// nodes where it left them. The words are those of Times.cs.
(() => {
  let ahead = 0;

  const rough = ms => {
    const seconds = Math.floor(ms / 1000);
    if (seconds < 1) return '';
    if (seconds < 60) return `${seconds} s`;
    if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
    if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)} h`;
    return `${Math.floor(seconds / 86400)} days`;
  };

  const relative = (at, now) => {
    const words = rough(Math.abs(at - now));
    return words === '' ? 'now' : at > now ? `in ${words}` : `${words} ago`;
  };

  const put = (element, words) => {
    const text = element.firstChild;
    if (text?.nodeType === Node.TEXT_NODE && text.nodeValue !== words) {
      text.nodeValue = words;
    }
  };

  const tick = () => {
    if (document.hidden) {
      return;
    }
    const now = Date.now() + ahead;
    for (const element of document.querySelectorAll('[data-at]')) {
      put(element, relative(Number(element.dataset.at), now));
    }
    for (const element of document.querySelectorAll('[data-elapsed]')) {
      put(element, rough(Math.max(0, now - Number(element.dataset.elapsed))) || '0 s');
    }
    for (const element of document.querySelectorAll('[data-waited]')) {
      put(element, String(Math.floor(Math.min(Number(element.dataset.of), Math.max(0, (now - Number(element.dataset.waited)) / 1000)))));
    }
    for (const bar of document.querySelectorAll('progress[data-since]')) {
      bar.value = Math.max(0, (now - Number(bar.dataset.since)) / 1000);
    }
  };

  const follow = () => {
    const stamp = document.querySelector('[data-database-now]')?.dataset.databaseNow;
    if (stamp) {
      ahead = Number(stamp) - Date.now();
    }
  };

  follow();
  tick();
  new MutationObserver(follow).observe(document.documentElement, { attributes: true, attributeFilter: ['data-database-now'], subtree: true });
  setInterval(tick, 1000);
  document.addEventListener('visibilitychange', tick);

  // A tooltip is only as old as the pointer's arrival.
  document.addEventListener('pointerover', event => {
    const time = event.target.closest?.('time.moment');
    const at = time?.querySelector('[data-at]')?.dataset.at;
    if (at) {
      time.title = `${time.title.split(' · ')[0]} · ${relative(Number(at), Date.now() + ahead)}`;
    }
  });
})();
