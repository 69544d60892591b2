// A table of any length, of which only the rows that can be seen are in the page.

import { h } from './dom.js';

const MORE = 12;

/** Which rows are to be there: where they begin, and how many. Pure. */
export function range(top, height, rowHeight, rows) {
  const first = Math.max(0, Math.min(rows, Math.floor(top / rowHeight) - MORE));
  const last = Math.min(rows, Math.ceil((top + height) / rowHeight) + MORE);
  return { first, count: Math.max(0, last - first) };
}

export class VirtualRows {
  #body;
  #make;
  #items = [];
  #rows = new Map();
  #before = spacer();
  #after = spacer();
  #waiting = false;
  #rowHeight = 44;

  /** make(item, row or null) gives the row of an item; key(item) is its name. */
  constructor(body, key, make) {
    this.#body = body;
    this.key = key;
    this.#make = make;
    addEventListener('scroll', () => this.#later(), { passive: true });
    addEventListener('resize', () => this.#later());
  }

  set(items) {
    this.#items = items;
    this.#draw();
  }

  /** The items whose rows are there now. */
  shown() {
    return [...this.#rows.values()].map((row) => row.item);
  }

  #later() {
    if (this.#waiting) return;
    this.#waiting = true;
    requestAnimationFrame(() => {
      this.#waiting = false;
      this.#draw();
    });
  }

  #draw() {
    const top = -this.#body.getBoundingClientRect().top;
    const { first, count } = range(top, innerHeight, this.#rowHeight, this.#items.length);
    const rows = new Map();
    const elements = [this.#before];
    for (let i = first; i < first + count; i++) {
      const item = this.#items[i];
      const key = this.key(item);
      const old = this.#rows.get(key);
      const element = old && old.item === item ? old.element : this.#make(item, old?.element ?? null);
      element.setAttribute('aria-rowindex', String(i + 2));
      rows.set(key, { item, element });
      elements.push(element);
    }
    elements.push(this.#after);
    this.#rows = rows;
    height(this.#before, first * this.#rowHeight);
    height(this.#after, (this.#items.length - first - count) * this.#rowHeight);
    place(this.#body, elements);
    const measured = elements[1]?.offsetHeight;
    if (count > 0 && measured > 0 && Math.abs(measured - this.#rowHeight) > 0.5) {
      this.#rowHeight = measured;
      this.#draw();
    }
  }
}

function spacer() {
  return h('tr', { class: 'spacer', 'aria-hidden': 'true' }, h('td', { colspan: '99' }));
}

function height(row, pixels) {
  row.hidden = pixels <= 0;
  row.firstChild.style.height = `${Math.max(0, pixels)}px`;
}

/** Moves only what is not where it belongs, so that what has the focus keeps it. */
function place(body, elements) {
  const wanted = new Set(elements);
  for (const child of [...body.children]) {
    if (!wanted.has(child)) child.remove();
  }
  let cursor = body.firstChild;
  for (const element of elements) {
    if (element === cursor) cursor = cursor.nextSibling;
    else body.insertBefore(element, cursor);
  }
}
