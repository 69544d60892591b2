// Charts of how it went. Where nothing is known there is a gap.

import { get, h } from './dom.js';
import { millis, number } from './format.js';

const HEIGHT = 170;
const LENGTH = { '15m': 900, '6h': 21600, '7d': 604800 };

/** Times of an axis: of the day, or the day where that is another. All times here are UTC. Pure. */
export function times(seconds) {
  let day = null;
  return seconds.map((each, i) => {
    const text = new Date(each * 1000).toISOString();
    const isNew = day !== null && day !== text.slice(5, 10);
    const midnights = seconds.length > 1 && seconds[1] - seconds[0] >= 43200;
    day = text.slice(5, 10);
    return midnights || (isNew && i > 0) ? day : text.slice(11, 16);
  });
}

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** What a chart shows of the series that there are. Pure. */
export function lines(kind, names) {
  switch (kind) {
    case 'rates': {
      const order = ['OK', 'SUCCESS', 'FAILED', 'TIMEOUT', 'REFUSED', 'LOST', 'CANCELLED', 'rejected'];
      const colours = { OK: '--ok', SUCCESS: '--ok', FAILED: '--bad', TIMEOUT: '--warn', REFUSED: '--c4', LOST: '--c5', CANCELLED: '--muted', rejected: '--c6' };
      return names.filter((name) => name.startsWith('rate.') && order.includes(name.slice(5)))
        .sort((a, b) => order.indexOf(a.slice(5)) - order.indexOf(b.slice(5)))
        .map((name, i) => ({ name, label: name.slice(5), colour: colours[name.slice(5)], dash: i === 0 ? [] : [[6, 3], [2, 3], [8, 3, 2, 3], [4, 4], [1, 2], [10, 4]][(i - 1) % 6] }));
    }
    case 'latency':
      return [['latency.p50', 'p50', '--c1', []], ['latency.p95', 'p95', '--warn', [6, 3]], ['latency.p99', 'p99', '--bad', [2, 3]]]
        .map(([name, label, c, dash]) => ({ name, label, colour: c, dash }));
    case 'load':
      return [['load.max', 'highest', '--c1', [2, 3]], ['load.min', 'lowest', '--c1', [6, 3]], ['load.median', 'median', '--accent', []]]
        .map(([name, label, c, dash]) => ({ name, label, colour: c, dash }));
    case 'agents':
      return [['agents.alive', 'agents', '--ok', []], ['agents.suspect', 'suspect', '--warn', [6, 3]], ['pending', 'open requests', '--c1', [2, 3]]]
        .map(([name, label, c, dash]) => ({ name, label, colour: c, dash }));
    default:
      return [{ name: kind, label: kind === 'agent-load' ? 'load' : 'in flight', colour: '--accent', dash: [] }];
  }
}

/** Adds one moment, and forgets what is older than the range. Changes the history. */
export function append(history, time, series, seconds) {
  if (history.times.length && time <= history.times[history.times.length - 1]) return;
  history.times.push(time);
  for (const name of new Set([...Object.keys(history.series), ...Object.keys(series)])) {
    const values = history.series[name] ??= new Array(history.times.length - 1).fill(null);
    values.push(series[name] ?? null);
  }
  let old = 0;
  while (history.times[old] < time - seconds) old++;
  if (old) {
    history.times.splice(0, old);
    for (const values of Object.values(history.series)) values.splice(0, old);
  }
}

class Chart {
  #plot = null;
  #box;
  #kind;
  #history = null;
  #legend;

  constructor(box, kind) {
    this.#box = box;
    this.#kind = kind;
    this.#legend = h('ul', { class: 'legend' });
    new ResizeObserver(() => this.#plot?.setSize({ width: box.clientWidth, height: HEIGHT })).observe(box);
  }

  show(history) {
    this.#history = history;
    const shown = lines(this.#kind, Object.keys(history.series)).filter((line) => history.series[line.name]);
    const key = shown.map((line) => line.name).join();
    if (!this.#plot || this.key !== key) {
      this.key = key;
      this.#build(shown);
    } else {
      this.#plot.setData(this.#data(shown));
    }
    this.#values(null);
  }

  repaint() {
    this.key = null;
    if (this.#history) this.show(this.#history);
  }

  #data(shown) {
    return [this.#history.times, ...shown.map((line) => this.#history.series[line.name])];
  }

  #build(shown) {
    this.#plot?.destroy();
    this.shown = shown;
    const grid = { stroke: colour('--line'), width: 1 };
    const axis = { stroke: colour('--muted'), grid, ticks: { show: false }, font: '11px system-ui, sans-serif' };
    const band = this.#kind === 'load' && shown.length === 3;
    const say = this.#say();
    this.#plot = new uPlot({
      width: this.#box.clientWidth || 320,
      height: HEIGHT,
      legend: { show: false },
      cursor: { y: false, points: { size: 6 }, drag: { x: false, y: false } },
      scales: { y: { range: (u, least, most) => [0, most > 0 ? most * 1.15 : 1] } },
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
      axes: [{ ...axis, space: 70, values: (u, ticks) => times(ticks) }, { ...axis, size: 52, values: (u, ticks) => ticks.map(say) }],
      bands: band ? [{ series: [1, 2], fill: colour('--band') }] : [],
      series: [{}, ...shown.map((line) => ({ label: line.label, stroke: colour(line.colour), width: 1.75, dash: line.dash, points: { show: false }, spanGaps: false }))],
      hooks: { setCursor: [(u) => this.#values(u.cursor.idx)] },
    }, this.#data(shown), this.#box);
    this.#legend.replaceChildren(...shown.map((line) => {
      const swatch = h('span', { class: 'swatch' });
      swatch.style.borderTopColor = colour(line.colour);
      swatch.style.borderTopStyle = line.dash.length === 0 ? 'solid' : line.dash[0] < 4 ? 'dotted' : 'dashed';
      return h('li', {}, swatch, `${line.label} `, h('b', {}));
    }));
    this.#plot.root.setAttribute('role', 'img');
    this.#plot.root.setAttribute('aria-label', this.#box.dataset.title);
    this.#box.append(this.#legend);
  }

  #say() {
    return this.#kind === 'latency' ? millis : number;
  }

  /** What it was where the pointer is, or is now. */
  #values(index) {
    const say = this.#say();
    this.shown?.forEach((line, i) => {
      const values = this.#history.series[line.name];
      const value = values[index ?? values.length - 1] ?? null;
      const figure = this.#legend.children[i]?.querySelector('b');
      if (figure) figure.textContent = value === null ? 'not known' : say(value);
    });
  }
}

export function startCharts(live) {
  const charts = new Map();
  const boxes = () => document.querySelectorAll('.plot[data-chart]');
  const first = boxes()[0];
  if (!first || typeof uPlot === 'undefined') return;
  const chart = (box) => {
    if (!charts.has(box)) charts.set(box, new Chart(box, box.dataset.chart));
    return charts.get(box);
  };
  const paint = (history) => boxes().forEach((box) => chart(box).show(history));
  new MutationObserver(() => charts.forEach((each) => each.repaint())).observe(document.documentElement, { attributeFilter: ['data-theme'] });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => charts.forEach((each) => each.repaint()));

  if (first.dataset.agent) {
    const load = async () => {
      if (live.paused || document.hidden) return;
      const name = first.dataset.agent;
      const answer = await get(`/api/v1/sparklines?agent=${encodeURIComponent(name)}`);
      if (!answer) return;
      const { from, stepMillis, agents } = answer;
      const values = agents[name];
      if (!values) return;
      const began = Date.parse(from) / 1000;
      paint({
        times: values.load.map((_, i) => began + (i * stepMillis) / 1000),
        series: { 'agent-load': values.load, 'agent-inFlight': values.inFlight },
      });
    };
    load();
    setInterval(load, 5000);
    return;
  }

  const range = first.dataset.range;
  let history = null;
  const load = async () => {
    const answer = await get(`/api/v1/history?range=${range}`);
    if (!answer) return;
    history = answer;
    paint(history);
  };
  load();
  if (range === '15m') {
    live.addEventListener('second', ({ detail }) => {
      if (!history) return;
      append(history, detail.time, detail.series, LENGTH[range]);
      if (!live.paused && !document.hidden) paint(history);
    });
    live.addEventListener('snapshot', load);
  } else {
    setInterval(() => !live.paused && !document.hidden && load(), 30000);
  }
}
