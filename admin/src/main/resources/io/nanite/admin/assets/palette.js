// Jumps to any page, agent, service or request, and does what can be done from anywhere, without a mouse.

import { agentHref, base, h, meta, requestHref, serviceHref } from './dom.js';

const MOST = 12;

/** How well words fit what is typed; 0 for not at all. Pure. */
export function score(words, typed) {
  const text = words.toLowerCase();
  const wanted = typed.toLowerCase().trim();
  if (!wanted) return 1;
  const at = text.indexOf(wanted);
  if (at === 0) return 100 - Math.min(50, text.length / 4);
  if (at > 0) return (/[\s/_-]/.test(text[at - 1]) ? 60 : 40) - Math.min(30, text.length / 8);
  let from = 0;
  for (const c of wanted) {
    from = text.indexOf(c, from) + 1;
    if (from === 0) return 0;
  }
  return 10 - Math.min(9, text.length / 10);
}

/** The best of all, best first. Pure. */
export function find(entries, typed, most = MOST) {
  return entries
    .map((entry) => ({ entry, points: score(entry.words, typed) * (entry.weight ?? 1) }))
    .filter(({ points }) => points > 0)
    .sort((a, b) => b.points - a.points)
    .slice(0, most)
    .map(({ entry }) => entry);
}

export function startPalette(live, actions) {
  const input = h('input', {
    role: 'combobox', 'aria-expanded': 'true', 'aria-controls': 'palette-list', 'aria-autocomplete': 'list',
    'aria-label': 'Search or jump to', placeholder: 'A page, agent, service, token or action', autocomplete: 'off', spellcheck: 'false',
  });
  const list = h('ul', { role: 'listbox', id: 'palette-list', 'aria-label': 'Found' });
  const dialog = h('dialog', { class: 'palette', 'aria-label': 'Search or jump to' }, input, list,
    h('p', { class: 'hint' }, h('kbd', {}, '↑'), h('kbd', {}, '↓'), ' choose ', h('kbd', {}, 'Enter'), ' go ', h('kbd', {}, 'Esc'), ' close'));
  document.body.append(dialog);
  let found = [];
  let chosen = 0;

  function entries(typed) {
    const mayDo = meta('role') !== 'viewer';
    const all = [...document.querySelectorAll('#nav a')].map((link) => ({
      kind: 'page', words: link.textContent, weight: 1.5, go: () => location.assign(link.href),
    }));
    all.push({ kind: 'action', words: 'Switch between light and dark', go: actions.theme });
    all.push({ kind: 'action', words: live.paused ? 'Go on with live news' : 'Pause live news', go: actions.pause });
    for (const [name, agent] of live.agents) {
      all.push({ kind: 'agent', words: name, go: () => location.assign(agentHref(name)) });
      if (mayDo && !agent.goneAt && typed.length > 3 && /^(drain|resume|ping|send)/i.test(typed)) {
        for (const action of actions.agent) {
          all.push({ kind: 'action', words: `${action.words} ${name}`, weight: 0.9, go: () => action.go(name) });
        }
      }
    }
    for (const path of live.services.keys()) {
      all.push({ kind: 'service', words: path, go: () => location.assign(serviceHref(path)) });
      if (mayDo && /^send/i.test(typed)) {
        all.push({ kind: 'action', words: `Send to ${path}`, go: () => location.assign(`${base}/send?service=${encodeURIComponent(path)}`) });
      }
    }
    const token = typed.trim();
    if (/^[A-Za-z0-9_-]{8,64}$/.test(token)) {
      all.push({ kind: 'request', words: token, weight: 0.5, go: () => location.assign(requestHref(token)) });
    }
    if (token) {
      all.push({ kind: 'search', words: `Requests with “${token}”`, weight: 0.01, go: () => location.assign(`${base}/requests?q=${encodeURIComponent(token)}`) });
    }
    return all;
  }

  function draw() {
    list.replaceChildren(...found.map((entry, i) => h('li', {
      role: 'option', id: `palette-${i}`, 'aria-selected': String(i === chosen), click: () => go(i),
    }, h('span', {}, entry.words), h('small', {}, entry.kind))));
    if (found.length) input.setAttribute('aria-activedescendant', `palette-${chosen}`);
    else input.removeAttribute('aria-activedescendant');
    list.children[chosen]?.scrollIntoView({ block: 'nearest' });
  }

  function search() {
    found = find(entries(input.value), input.value);
    chosen = 0;
    draw();
  }

  function go(i) {
    const entry = found[i];
    dialog.close();
    entry?.go();
  }

  function open() {
    if (dialog.open || document.querySelector('dialog[open]')) return;
    input.value = '';
    dialog.showModal();
    input.focus();
    search();
  }

  input.addEventListener('input', search);
  // Whoever was quicker than the news finds what they bring.
  live.addEventListener('snapshot', () => dialog.open && search());
  input.addEventListener('keydown', (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by) {
      event.preventDefault();
      chosen = (chosen + by + found.length) % Math.max(1, found.length);
      draw();
    } else if (event.key === 'Enter') {
      event.preventDefault();
      go(chosen);
    }
  });
  dialog.addEventListener('click', (event) => event.target === dialog && dialog.close());
  document.addEventListener('keydown', (event) => {
    const typing = event.target.closest?.('input, textarea, select, [contenteditable]');
    if (((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') || (event.key === '/' && !typing && !event.ctrlKey && !event.altKey)) {
      event.preventDefault();
      open();
    }
  });
  document.querySelector('[data-palette]')?.addEventListener('click', open);
}
