// The one live stream of a page. Events are told once each, whatever the connection does; where there is no stream, the page asks.

import { base } from './dom.js';

const TYPES = ['snapshot', 'agents', 'services', 'requests', 'tally', 'verdict', 'second'];
const POLL = 3000;
const TRY_AGAIN = 20000;
const HIDDEN_FOR = 15000;

/** Whether an event is a new one: a topic's numbers only grow, and another topic begins anew. */
export function isNew(last, id) {
  if (!last || !id) return true;
  const at = (text) => text.lastIndexOf('-');
  if (last.slice(0, at(last)) !== id.slice(0, at(id))) return true;
  return Number(id.slice(at(id) + 1)) > Number(last.slice(at(last) + 1));
}

export class Live extends EventTarget {
  #source = null;
  #last = '';
  #state = 'off';
  #poll = 0;
  #again = 0;
  #hidden = 0;
  #make;

  /** The agents and services as they are now, by name; filled by the stream. */
  agents = new Map();
  services = new Map();
  known = false;
  paused = false;

  constructor(make = (url) => new EventSource(url)) {
    super();
    this.#make = make;
  }

  get state() {
    return this.paused ? 'paused' : this.#state;
  }

  start() {
    this.#open();
    document.addEventListener('visibilitychange', () => {
      clearTimeout(this.#hidden);
      if (document.hidden) {
        // A browser has few connections for each server: one that nobody looks at gives its own back.
        this.#hidden = setTimeout(() => this.#close('off'), HIDDEN_FOR);
      } else if (!this.#source) {
        this.#open();
      }
    });
    addEventListener('pagehide', () => this.#close('off'));
    addEventListener('pageshow', (event) => event.persisted && this.#open());
  }

  pause(paused) {
    this.paused = paused;
    this.dispatchEvent(new CustomEvent('state', { detail: this.state }));
    if (!paused) this.#tell('resume', null);
  }

  #open() {
    this.#close('connecting');
    if (typeof EventSource === 'undefined' && !this.#make) {
      this.#fallBack();
      return;
    }
    const source = this.#make(`${base}/api/v1/events`);
    this.#source = source;
    source.onopen = () => this.#to('live');
    source.onerror = () => {
      if (source.readyState === 2) {
        this.#fallBack();
      } else {
        this.#to('connecting');
      }
    };
    for (const type of TYPES) {
      source.addEventListener(type, (event) => this.#take(type, event));
    }
  }

  #close(state) {
    clearInterval(this.#poll);
    clearTimeout(this.#again);
    this.#source?.close();
    this.#source = null;
    this.#to(state);
  }

  /** Asks now and then, and tries for a stream again. */
  #fallBack() {
    this.#close('polling');
    this.#poll = setInterval(() => this.#tell('poll', null), POLL);
    this.#again = setTimeout(() => this.#open(), TRY_AGAIN);
    this.#tell('poll', null);
  }

  #to(state) {
    if (this.#state !== state) {
      this.#state = state;
      this.dispatchEvent(new CustomEvent('state', { detail: this.state }));
    }
  }

  #take(type, event) {
    if (type !== 'snapshot' && !isNew(this.#last, event.lastEventId)) return;
    this.#last = event.lastEventId;
    this.#to('live');
    const data = JSON.parse(event.data);
    if (type === 'snapshot') {
      this.agents = new Map(data.agents.map((agent) => [agent.name, agent]));
      this.services = new Map(data.services.map((service) => [service.path, service]));
      this.known = true;
    } else if (type === 'agents') {
      data.changed.forEach((agent) => this.agents.set(agent.name, agent));
      data.gone.forEach((name) => this.agents.delete(name));
    } else if (type === 'services') {
      data.changed.forEach((service) => this.services.set(service.path, service));
      data.gone.forEach((path) => this.services.delete(path));
    }
    this.#tell(type, data);
  }

  #tell(type, data) {
    this.dispatchEvent(new CustomEvent(type, { detail: data }));
    this.dispatchEvent(new CustomEvent('any', { detail: { type, data } }));
  }
}
