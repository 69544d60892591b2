// Builds elements of a page. What is foreign becomes text and nothing else.

export const base = document.documentElement.dataset.base ?? '';

export const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.content ?? '';

/** What the API answers, or null if it says no or is not there: the state of the stream says that it is not. */
export async function get(path) {
  try {
    const answer = await fetch(base + path);
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu;

/** Text with whatever a person could not see written as \uXXXX. */
export function visible(text, keepLines = false) {
  return String(text).replace(HIDDEN, (c) =>
    keepLines && (c === '\n' || c === '\t') ? c : `\\u${c.codePointAt(0).toString(16).padStart(4, '0')}`);
}

/** An element; props are attributes, or listeners where they are functions. Children that are no nodes are text. */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === false || value === null || value === undefined) continue;
    if (typeof value === 'function') element.addEventListener(name, value);
    else if (name === 'class') element.className = value;
    else if (/^on|^style$/i.test(name)) throw new Error(`attribute: ${name} (expected: one that runs nothing)`);
    else element.setAttribute(name, value === true ? '' : visible(value));
  }
  for (const child of children.flat()) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : document.createTextNode(visible(child)));
  }
  return element;
}

/** Foreign text of several lines. */
export function pre(text) {
  const element = h('pre', { tabindex: '0' });
  element.textContent = visible(text, true);
  return element;
}

const STATES = {
  ready: 'takes work',
  suspect: 'silent for too long: gets no new work until heard of',
  draining: 'finishes what it has, and gets nothing new',
  quarantined: 'drained now, and again whenever it registers',
  dead: 'went away without a word',
  gone: 'said goodbye',
};

/** A state as a sign and a word. */
export function state(word) {
  const lower = String(word).toLowerCase();
  return h('span', { class: `state is-${/^[a-z]{1,16}$/.test(lower) ? lower : 'other'}`, title: STATES[word] }, word);
}

export const agentHref = (name) => `${base}/agents/${encodeURIComponent(name)}`;
export const serviceHref = (path) => `${base}/services${path.split('/').map(encodeURIComponent).join('/')}`;
export const requestHref = (token) => `${base}/requests/${encodeURIComponent(token)}`;

const SVG = 'http://www.w3.org/2000/svg';

/** A small line of numbers; where one is null it is interrupted. */
export function spark(values, width = 96, height = 22) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
  svg.setAttribute('class', 'sparkline');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', sparkPath(values, width, height));
  svg.append(path);
  return svg;
}

export function sparkPath(values, width, height) {
  const most = Math.max(1e-9, ...values.filter((v) => v !== null));
  const step = values.length > 1 ? width / (values.length - 1) : 0;
  let path = '';
  let drawing = false;
  values.forEach((value, i) => {
    if (value === null || value === undefined) {
      drawing = false;
      return;
    }
    const x = (i * step).toFixed(1);
    const y = (height - 2 - (Math.max(0, value) / most) * (height - 4)).toFixed(1);
    path += `${drawing ? 'L' : 'M'}${x} ${y}`;
    drawing = true;
  });
  return path;
}
