// What every page does: it keeps itself up, and can be used without a mouse.

import { base, h, meta } from './dom.js';
import { ago, clock } from './format.js';
import { Live } from './live.js';
import { patch } from './patch.js';
import { ask, call, startActions, toast } from './actions.js';
import { startAgents } from './agents.js';
import { startCharts } from './charts.js';
import { startPalette } from './palette.js';
import { startSend } from './send.js';

const page = document.documentElement.dataset.page;
const SHORTEST = 1000;

// ---- the clock of the server: ours may be wrong

let skew = meta('at') ? Date.parse(meta('at')) - Date.now() : 0;
const now = () => Date.now() + skew;

function tick() {
  for (const time of document.querySelectorAll('time[data-ago]')) {
    const words = ago(now() - Date.parse(time.dateTime));
    if (time.textContent !== words) time.textContent = words;
  }
}

// ---- light and dark

function theme() {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  root.dataset.theme = dark ? 'light' : 'dark';
  try {
    localStorage.setItem('nanite-theme', root.dataset.theme);
  } catch {
    // no storage: until the next page
  }
}

// ---- the page again, when it is old

const live = new Live();
const wanted = new Set(meta('events').split(' ').filter(Boolean));
let waiting = 0;
let busy = false;
let again = false;
let took = 0;
let last = 0;

function isReading() {
  const selection = getSelection();
  return selection && !selection.isCollapsed && document.getElementById('main').contains(selection.anchorNode);
}

async function refresh() {
  if (busy) {
    again = true;
    return;
  }
  busy = true;
  const began = performance.now();
  try {
    const answer = await fetch(location.href, { headers: { Accept: 'text/html' } });
    if (answer.status === 401) {
      location.reload();
      return;
    }
    if (answer.ok && !isReading()) {
      apply(new DOMParser().parseFromString(await answer.text(), 'text/html'));
    }
  } catch {
    // the state of the stream says that the tower is not there
  } finally {
    took = performance.now() - began;
    last = performance.now();
    busy = false;
    if (again) {
      again = false;
      later();
    }
  }
}

function apply(fresh) {
  const at = fresh.querySelector('meta[name=at]')?.content;
  if (at) skew = Date.parse(at) - Date.now();
  const parts = document.querySelectorAll('[data-live], [data-asof]');
  const news = fresh.querySelectorAll('[data-live], [data-asof]');
  if (parts.length === news.length) parts.forEach((part, i) => patch(part, news[i]));
  else if (!document.querySelector('dialog[open]')) patch(document.getElementById('main'), fresh.getElementById('main'));
  announce();
  tick();
}

/** Never more often than once a second, and never more than a part of the time. */
function later() {
  if (waiting || live.paused || document.hidden) return;
  const wait = Math.max(50, Math.max(SHORTEST, took * 6) - (performance.now() - last));
  waiting = setTimeout(() => {
    waiting = 0;
    refresh();
  }, wait);
}

live.addEventListener('any', ({ detail }) => {
  if (wanted.size && (wanted.has(detail.type) || ['snapshot', 'poll', 'resume'].includes(detail.type))) later();
});
document.addEventListener('visibilitychange', () => !document.hidden && wanted.size && later());

// ---- said to who does not see: only what is new, not each figure in it

const said = h('div', { class: 'sr', 'aria-live': 'polite', id: 'said' });
let before = null;

function announce() {
  const sentence = document.querySelector('.verdict .sentence')?.textContent;
  if (sentence === undefined) return;
  const gist = sentence.replace(/[\d.,]+/g, '');
  if (before !== null && gist !== before) said.textContent = sentence;
  before = gist;
}

// ---- the state of the stream

const WORDS = {
  live: 'Live', connecting: 'Connecting…', polling: 'Asking every 3 s', paused: 'Paused', off: 'As loaded',
};
const chip = document.querySelector('.live');

function showState() {
  if (!chip) return;
  chip.dataset.liveState = live.state;
  chip.querySelector('[data-words]').textContent = WORDS[live.state];
  chip.setAttribute('aria-pressed', String(live.paused));
  chip.title = live.paused ? 'Click to go on' : `Click to pause; as of ${clock(now())}`;
}

live.addEventListener('state', showState);

// ---- begin

const pause = () => live.pause(!live.paused);
const agentCall = (action) => async (name) => {
  const words = `${action[0].toUpperCase()}${action.slice(1)} ${name}`;
  if (action === 'drain' && !await ask({ title: `${words}?`, words: 'It finishes what it has, and gets nothing new until it is resumed.', button: 'Drain', danger: true })) return;
  try {
    const answer = await call('POST', `/api/v1/agents/${encodeURIComponent(name)}/${action}`, '{}');
    toast(answer?.message ?? `${words}: done`, answer?.ok === false);
    later();
  } catch (error) {
    toast(`${words}: ${error.message}`, true);
  }
};

startActions(later);
if (chip) {
  document.body.append(said);
  chip.addEventListener('click', pause);
  document.querySelector('[data-theme-switch]').addEventListener('click', theme);
  const menu = document.querySelector('[data-menu]');
  menu.addEventListener('click', () => {
    const open = document.body.classList.toggle('menu-open');
    menu.setAttribute('aria-expanded', String(open));
  });
  startPalette(live, {
    theme,
    pause,
    agent: [
      { words: 'Ping', go: agentCall('ping') },
      { words: 'Drain', go: agentCall('drain') },
      { words: 'Resume', go: agentCall('resume') },
      { words: 'Send to', go: (name) => location.assign(`${base}/send?target=${encodeURIComponent(name)}`) },
    ],
  });
  if (page === 'agents') startAgents(live, now);
  if (page === 'send') startSend(document.querySelector('form[data-send]'));
  startCharts(live);
  announce();
  live.start();
  setInterval(tick, 1000);
  tick();
}
