// The circuit: how it starts, and what happens when it is lost. The page stays as it is, readable and copyable; a thin bar says since
// when it is offline, and we try again for ever, ever slower, at once when asked or when the network comes back.
(() => {
  const shortest = 500;
  const longest = 30_000;
  const bar = document.getElementById('connection');
  const said = bar.querySelector('.said');
  const waiting = bar.querySelector('.wait');
  const now = bar.querySelector('button');
  let lost = null;
  let attempts = 0;
  let due = 0;
  let timer = 0;
  let trying = false;

  const clock = moment => `${new Date(moment).toISOString().slice(11, 19)}Z`;

  // Since when is read aloud, once; the seconds are for the eye.
  const say = () => {
    if (lost === null) {
      return;
    }
    const since = `Offline since ${clock(lost)}`;
    if (said.textContent !== since) {
      said.textContent = since;
    }
    const wait = Math.max(0, Math.ceil((due - Date.now()) / 1000));
    waiting.textContent = trying || wait === 0 ? '· trying now' : `· retrying in ${wait} s`;
  };

  const plan = () => {
    const pause = Math.min(longest, shortest * 2 ** Math.min(attempts, 10)) * (0.8 + Math.random() * 0.4);
    attempts++;
    due = Date.now() + pause;
    clearTimeout(timer);
    timer = setTimeout(attempt, pause);
    say();
  };

  const shutOut = async () => {
    try {
      return [401, 403].includes((await fetch('api/v1/me', { cache: 'no-store', redirect: 'manual' })).status);
    } catch {
      return false;
    }
  };

  const attempt = async () => {
    if (lost === null || trying) {
      return;
    }
    clearTimeout(timer);
    trying = true;
    say();
    let answer = null;
    try {
      answer = await Blazor.reconnect();
    } catch {
      // Still out of reach, or it answers and lets us in no more: then the page that is loaded anew is the login.
      answer = await shutOut() ? false : null;
    }
    trying = false;
    if (lost === null) {
      return;
    }
    if (answer === true) {
      found();
    } else if (answer === false) {
      // The server answers but has forgotten this circuit: everything worth keeping is in the URL.
      location.reload();
    } else {
      plan();
    }
  };

  const found = () => {
    lost = null;
    attempts = 0;
    clearTimeout(timer);
    said.textContent = '';
    bar.hidden = true;
    delete document.documentElement.dataset.offline;
  };

  now.addEventListener('click', attempt);
  addEventListener('online', attempt);
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) {
      attempt();
    }
  });
  setInterval(say, 1000);

  Blazor.start({
    circuit: {
      reconnectionHandler: {
        onConnectionDown: () => {
          if (lost === null) {
            lost = Date.now();
            attempts = 0;
            document.documentElement.dataset.offline = '';
            bar.hidden = false;
            plan();
          }
        },
        onConnectionUp: found,
      },
    },
  });
})();
