'use strict';
// What every page does beside showing what it was sent: theme, new blocks, filters, the what-if form, arrow keys in heat maps. Without it pages work by links and forms.

document.getElementById('theme')?.addEventListener('click', () => {
  const root = document.documentElement;
  root.dataset.theme = root.dataset.theme === 'dark' ? 'light' : 'dark';
  try { localStorage.setItem('theme', root.dataset.theme); } catch { /* a browser that keeps nothing keeps no theme */ }
});

const count = value => value.toLocaleString('en-US');

function followBlocks() {
  const live = document.getElementById('live');
  if (!live || !window.EventSource) return;
  const events = new EventSource('/api/v1/blocks/events');
  events.addEventListener('open', () => live.classList.add('on'));
  events.addEventListener('error', () => live.classList.remove('on'));
  events.addEventListener('block', event => {
    const block = JSON.parse(event.data);
    const height = Number(block.height);
    document.getElementById('height').textContent = block.height;
    const time = document.getElementById('block-time');
    time.dateTime = block.time;
    time.textContent = `${block.time.slice(0, 10)} ${block.time.slice(11, 19)} UTC`;
    for (const element of document.querySelectorAll('[data-live="height"]')) element.textContent = count(height);
    for (const element of document.querySelectorAll('[data-live="countdown"]')) {
      const left = Number(element.dataset.block) - height;
      element.firstChild.textContent = `${count(Math.max(0, left))} `;
      if (left < 0) location.reload();
    }
  });
  addEventListener('pagehide', () => events.close());
}

function filterRows() {
  for (const input of document.querySelectorAll('[data-filter]')) {
    const rows = [...document.getElementById(input.dataset.filter).tBodies[0].rows];
    let words = null;
    input.addEventListener('input', () => {
      words ??= rows.map(row => [...row.cells].map(cell => cell.title || cell.textContent).join(' ').toLowerCase());
      const wanted = input.value.trim().toLowerCase();
      rows.forEach((row, i) => { row.hidden = wanted !== '' && !words[i].includes(wanted); });
    });
  }
}

// The server runs the epoch again; only the part of the page that shows it is replaced.
function whatIf() {
  const form = document.getElementById('what-if');
  if (!form) return;
  let pending = 0;
  let running = null;
  const show = () => {
    for (const output of form.querySelectorAll('output[for]')) {
      const input = form.elements[output.htmlFor.value];
      output.textContent = (Number(input.value) / 65535).toFixed(3);
    }
  };
  const run = async () => {
    running?.abort();
    running = new AbortController();
    const address = `${form.action}?${new URLSearchParams(new FormData(form))}`;
    try {
      const answer = await fetch(address, { signal: running.signal });
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      document.getElementById('what-if-result').replaceWith(page.getElementById('what-if-result'));
    } catch (error) {
      if (error.name !== 'AbortError') throw error;
    }
  };
  form.addEventListener('input', () => {
    show();
    clearTimeout(pending);
    pending = setTimeout(run, 120);
  });
  form.addEventListener('submit', event => {
    event.preventDefault();
    run();
  });
}

function heatMaps() {
  for (const map of document.querySelectorAll('.heat')) {
    map.addEventListener('keydown', event => {
      const step = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] }[event.key];
      const cell = event.target.closest('a[data-r]');
      if (!step || !cell) return;
      event.preventDefault();
      let [r, c] = [Number(cell.dataset.r), Number(cell.dataset.c)];
      for (let i = 0; i < 512; i++) {
        r += step[0];
        c += step[1];
        const next = map.querySelector(`a[data-r="${r}"][data-c="${c}"]`);
        if (next) {
          cell.tabIndex = -1;
          next.tabIndex = 0;
          next.focus();
          return;
        }
      }
    });
  }
}

followBlocks();
filterRows();
whatIf();
heatMaps();
