// The graph: zoom, dragging, what lights up, and the arrow keys. Marks are data attributes, which the server never writes: a live update leaves them alone.
const watched = new WeakMap();
const smallest = 0.2;
const largest = 2;

export function watch(figure) {
  const sheet = figure.querySelector('.sheet');
  const end = new AbortController();
  const on = (target, kind, act, options) => target.addEventListener(kind, act, { signal: end.signal, ...options });
  const drawing = () => sheet.querySelector('svg.graph');
  const node = number => sheet.querySelector(`[data-node="${number}"]`);
  const beside = (element, side) => (element.dataset.beside.split('|')[side === 'up' ? 0 : 1] || '').split(' ').filter(Boolean);
  let zoom = 1;

  const size = () => drawing().viewBox.baseVal;
  const scale = (to, x = sheet.clientWidth / 2, y = sheet.clientHeight / 2) => {
    const next = Math.min(largest, Math.max(smallest, to));
    const [left, top] = [(sheet.scrollLeft + x) / zoom, (sheet.scrollTop + y) / zoom];
    zoom = next;
    drawing().setAttribute('width', size().width * zoom);
    drawing().setAttribute('height', size().height * zoom);
    sheet.scrollTo(left * zoom - x, top * zoom - y);
  };
  const fit = () => scale(Math.min(1, (sheet.clientWidth - 36) / size().width, (sheet.clientHeight - 36) / size().height));

  on(figure, 'click', event => {
    const wish = event.target.closest('[data-zoom]')?.dataset.zoom;
    if (wish) {
      ({ in: () => scale(zoom * 1.25), out: () => scale(zoom / 1.25), one: () => scale(1), fit })[wish]();
    }
  });
  on(sheet, 'wheel', event => {
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      const place = sheet.getBoundingClientRect();
      scale(zoom * Math.exp(-event.deltaY / 300), event.clientX - place.left, event.clientY - place.top);
    }
  }, { passive: false });

  // A mouse drags the sheet; fingers scroll it by themselves.
  let drag = null;
  let dragged = false;
  on(sheet, 'pointerdown', event => {
    if (event.pointerType === 'mouse' && event.button === 0) {
      drag = { x: event.clientX, y: event.clientY, left: sheet.scrollLeft, top: sheet.scrollTop, moved: false };
    }
  });
  on(sheet, 'dragstart', event => event.preventDefault());
  on(window, 'pointermove', event => {
    if (!drag || Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < 4 && !drag.moved) {
      return;
    }
    drag.moved = true;
    sheet.dataset.dragging = '';
    sheet.scrollTo(drag.left - event.clientX + drag.x, drag.top - event.clientY + drag.y);
  });
  on(window, 'pointerup', () => {
    // The click that ends a drag opens nothing.
    dragged = drag?.moved === true;
    setTimeout(() => { dragged = false; }, 0);
    drag = null;
    delete sheet.dataset.dragging;
  });
  on(sheet, 'click', event => {
    if (dragged) {
      event.preventDefault();
      event.stopPropagation();
    }
  }, { capture: true });

  // What hangs on a job, and what it hangs on.
  const clear = () => {
    for (const lit of sheet.querySelectorAll('[data-lit]')) {
      delete lit.dataset.lit;
    }
    delete drawing()?.dataset.lighting;
  };
  const reach = (start, side) => {
    const seen = new Set([start.dataset.node]);
    const next = [start];
    while (next.length > 0) {
      for (const number of beside(next.pop(), side)) {
        const found = !seen.has(number) && node(number);
        if (found) {
          seen.add(number);
          found.dataset.lit = side;
          next.push(found);
        }
      }
    }
    return seen;
  };
  const light = start => {
    clear();
    const above = reach(start, 'up');
    const below = reach(start, 'down');
    start.dataset.lit = 'itself';
    drawing().dataset.lighting = '';
    for (const edge of sheet.querySelectorAll('.edge')) {
      const { from, to } = edge.dataset;
      if (below.has(from) && below.has(to) || above.has(from) && above.has(to)) {
        edge.dataset.lit = '';
      }
    }
  };
  on(sheet, 'pointerover', event => {
    const over = event.target.closest?.('[data-node]');
    if (over && !drag && over.dataset.lit !== 'itself') {
      light(over);
    }
  });
  on(sheet, 'pointerleave', () => {
    const focused = document.activeElement?.closest?.('[data-node]');
    focused && sheet.contains(focused) ? light(focused) : clear();
  });
  on(sheet, 'focusin', event => {
    const focused = event.target.closest('[data-node]');
    if (focused) {
      for (const other of sheet.querySelectorAll('[data-node][tabindex="0"]')) {
        other.setAttribute('tabindex', '-1');
      }
      focused.setAttribute('tabindex', '0');
      light(focused);
    }
  });
  on(sheet, 'focusout', event => {
    if (!sheet.contains(event.relatedTarget)) {
      clear();
    }
  });

  // Left to a parent, right to a child, up and down within a column.
  const at = element => element.querySelector('.box').getBoundingClientRect();
  const nearest = (from, all) => all.sort((a, b) => Math.abs(at(a).top - at(from).top) - Math.abs(at(b).top - at(from).top))[0];
  const step = (from, key) => {
    if (key === 'ArrowLeft' || key === 'ArrowRight') {
      return nearest(from, beside(from, key === 'ArrowLeft' ? 'up' : 'down').map(node).filter(Boolean));
    }
    const here = at(from);
    const all = [...sheet.querySelectorAll('[data-node]')];
    if (key === 'Home' || key === 'End') {
      return all.at(key === 'Home' ? 0 : -1);
    }
    const down = key === 'ArrowDown';
    const column = all.filter(other => other !== from && Math.abs(at(other).left - here.left) < 2 && (down ? at(other).top > here.top : at(other).top < here.top));
    return nearest(from, column) ?? all[all.indexOf(from) + (down ? 1 : -1)];
  };
  on(sheet, 'keydown', event => {
    const from = event.target.closest?.('[data-node]');
    if (!from || event.ctrlKey || event.metaKey || event.altKey || !/^(Arrow(Left|Right|Up|Down)|Home|End)$/.test(event.key)) {
      return;
    }
    event.preventDefault();
    const to = step(from, event.key);
    if (to) {
      to.focus({ preventScroll: true });
      to.querySelector('.box').scrollIntoView({ block: 'nearest', inline: 'nearest' });
    }
  });

  watched.set(figure, end);
}

export function forget(figure) {
  if (figure) {
    watched.get(figure)?.abort();
    watched.delete(figure);
  }
}
