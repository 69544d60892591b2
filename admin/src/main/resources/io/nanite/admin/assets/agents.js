// The list of the agents, of any length: filtered, sorted and kept up here.

import { agentHref, get, h, spark, state } from './dom.js';
import { NONE, ago, count, number } from './format.js';
import { VirtualRows } from './virtual.js';

const SPARKS_EVERY = 5000;
const MOST_SPARKS = 200;

/** Those that are wanted, in the order that is wanted. Pure. */
export function select(agents, { q = '', state: only = '', tag = '', names = null, sort = '' }) {
  const wanted = q.toLowerCase();
  const down = sort.startsWith('-');
  const key = (down ? sort.slice(1) : sort) || 'name';
  const value = {
    name: (a) => a.name,
    state: (a) => a.state,
    load: (a) => a.load ?? Infinity,
    busy: (a) => a.busy,
    inFlight: (a) => a.inFlight,
    services: (a) => a.services,
    heard: (a) => a.heardAt,
  }[key] ?? ((a) => a.name);
  const less = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
  return agents
    .filter((a) => (!only || a.state === only)
      && (!tag || a.tags.includes(tag))
      && (!names || names.has(a.name))
      && (!wanted || a.name.toLowerCase().includes(wanted) || a.tags.some((t) => t.toLowerCase().includes(wanted))))
    .sort((a, b) => (down ? -1 : 1) * less(value(a), value(b)) || less(a.name, b.name));
}

export function startAgents(live, now) {
  const table = document.getElementById('agents');
  const form = document.querySelector('form[data-filter]');
  const shows = document.getElementById('count');
  const nobody = document.getElementById('nobody');
  const sparks = new Map();
  const withSparks = table.hasAttribute('data-sparks');
  const query = Object.fromEntries(new URLSearchParams(location.search));
  let names = null;
  let waiting = 0;

  const rows = new VirtualRows(table.tBodies[0], (agent) => agent.name, (agent, old) => {
    const row = row_(agent);
    if (old && old.contains(document.activeElement)) {
      old.replaceChildren(...row.childNodes);
      old.dataset.state = agent.state;
      old.querySelector('a')?.focus({ preventScroll: true });
      return old;
    }
    return row;
  });

  function row_(agent) {
    const heard = agent.goneAt ?? agent.heardAt;
    return h('tr', { 'data-state': agent.state },
      h('td', {}, h('a', { href: agentHref(agent.name), class: 'name' }, agent.name)),
      h('td', { class: 'c-state' }, state(agent.state)),
      h('td', { class: 'n' }, number(agent.load)),
      h('td', { class: 'spark wide', 'data-spark': agent.name }, sparks.has(agent.name) ? spark(sparks.get(agent.name)) : null),
      h('td', { class: 'n mid' }, agent.slots ? `${agent.busy} of ${agent.slots}` : NONE),
      h('td', { class: 'n mid' }, count(agent.inFlight)),
      h('td', { class: 'n wide' }, count(agent.services)),
      h('td', { class: 'wide' }, h('span', { class: 'tags' }, agent.tags.slice(0, 12).map((t) => h('span', { class: 'tag' }, t)))),
      h('td', { class: 'n mid' }, h('time', { datetime: heard, 'data-ago': true }, ago(now() - Date.parse(heard)))));
  }

  function draw() {
    if (!live.known || live.paused) return;
    const chosen = select([...live.agents.values()], { ...query, names });
    const filtered = query.q || query.state || query.tag || query.service;
    shows.textContent = `${count(chosen.length)} ${chosen.length === 1 ? 'agent' : 'agents'}${filtered ? ' like that' : ''}`;
    table.setAttribute('aria-rowcount', String(chosen.length + 1));
    table.hidden = chosen.length === 0;
    nobody.hidden = chosen.length > 0;
    rows.set(chosen);
  }

  function later() {
    if (waiting) return;
    waiting = setTimeout(() => {
      waiting = 0;
      draw();
    }, 250);
  }

  async function offering() {
    if (!query.service) {
      names = null;
      return;
    }
    const answer = await get(`/api/v1/agents?service=${encodeURIComponent(query.service)}`);
    names = new Set(answer ? answer.agents.map((agent) => agent.name) : []);
  }

  async function sparkle() {
    if (!withSparks || live.paused || document.hidden) return;
    const shown = rows.shown().map((agent) => agent.name).slice(0, MOST_SPARKS);
    if (shown.length === 0) return;
    const answer = await get(`/api/v1/sparklines?${shown.map((name) => `agent=${encodeURIComponent(name)}`).join('&')}`);
    if (!answer) return;
    for (const [name, { load }] of Object.entries(answer.agents)) sparks.set(name, load);
    for (const cell of table.querySelectorAll('[data-spark]')) {
      if (sparks.has(cell.dataset.spark)) cell.replaceChildren(spark(sparks.get(cell.dataset.spark)));
    }
  }

  function address() {
    const filled = Object.entries(query).filter(([, value]) => value);
    history.replaceState(null, '', filled.length ? `?${new URLSearchParams(filled)}` : location.pathname);
  }

  async function filtered() {
    for (const [name, value] of new FormData(form)) query[name] = value.trim();
    address();
    await offering();
    draw();
  }

  form.addEventListener('input', filtered);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    filtered();
  });
  table.tHead.addEventListener('click', (event) => {
    const link = event.target.closest('[data-sort]');
    if (!link || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const key = link.dataset.sort;
    query.sort = (query.sort || 'name') === key ? `-${key}` : key;
    for (const heading of table.tHead.querySelectorAll('th')) heading.removeAttribute('aria-sort');
    link.closest('th').setAttribute('aria-sort', query.sort.startsWith('-') ? 'descending' : 'ascending');
    address();
    draw();
  });
  live.addEventListener('snapshot', draw);
  live.addEventListener('resume', draw);
  live.addEventListener('agents', () => {
    later();
    if (query.service) offering();
  });
  live.addEventListener('poll', async () => {
    const answer = await get('/api/v1/agents');
    if (!answer) return;
    live.agents = new Map(answer.agents.map((agent) => [agent.name, agent]));
    live.known = true;
    draw();
  });
  offering().then(draw);
  setInterval(sparkle, SPARKS_EVERY);
  live.addEventListener('snapshot', () => setTimeout(sparkle, 100));
  addEventListener('scrollend', sparkle);
}
