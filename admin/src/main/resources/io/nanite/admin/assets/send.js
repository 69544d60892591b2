// Sends a request and shows what comes, as it comes; and beside it who would get the next.

import { agentHref, base, h, pre, requestHref, state } from './dom.js';
import { millis, payload, readJson, show } from './format.js';
import { call, toast } from './actions.js';

const MOST_CARDS = 10;
const MOST_NEWS = 200;

export function startSend(form) {
  const answers = document.getElementById('answers');
  const explained = document.getElementById('explained');
  const says = document.getElementById('payload-says');
  const fields = form.elements;
  let explaining = 0;

  const tags = () => fields.tags.value.split(/[\s,]+/).filter(Boolean);
  const target = () => (fields.selector.value === 'target' ? fields.target.value.trim() : '');

  function check() {
    const given = payload(fields.payload.value, fields.as.value);
    says.textContent = given.error ?? (fields.payload.value === '' ? 'Empty: no payload' : `Sent as ${given.words}`);
    says.classList.toggle('errors', Boolean(given.error));
    fields.payload.setAttribute('aria-invalid', String(Boolean(given.error)));
    return given;
  }

  function only() {
    const one = fields.selector.value === 'target';
    for (const part of form.querySelectorAll('[data-only]')) part.hidden = !one;
    fields.target.required = one;
  }

  function address() {
    const query = new URLSearchParams();
    for (const key of ['service', 'selector', 'payload', 'timeout']) {
      if (fields[key].value && fields[key].value.length < 1500) query.set(key, fields[key].value);
    }
    if (target()) query.set('target', target());
    tags().forEach((tag) => query.append('tag', tag));
    history.replaceState(null, '', `?${query}`);
  }

  async function explain() {
    const service = fields.service.value.trim();
    if (!/^\/./.test(service)) return;
    const query = new URLSearchParams({ service });
    if (target()) query.set('target', target());
    else if (fields.selector.value !== 'target') query.set('selector', fields.selector.value);
    tags().forEach((tag) => query.append('tag', tag));
    let json;
    try {
      json = await call('GET', `/api/v1/explain?${query}`);
    } catch (error) {
      explained.replaceChildren(h('p', { class: 'note is-bad' }, error.message));
      return;
    }
    explained.replaceChildren(
      h('p', {}, json.verdict),
      h('ul', { class: 'why-list' }, json.agents.slice(0, 50).map((agent) => h('li', { class: agent.chosen ? 'chosen' : '' },
        h('a', { href: agentHref(agent.agent), class: 'name' }, agent.agent),
        agent.chosen ? h('span', { class: 'tag chosen' }, 'gets it') : null,
        h('p', {}, agent.why)))));
  }

  function body(given) {
    const parts = [`"service":${JSON.stringify(fields.service.value.trim())}`];
    if (given.json !== null) parts.push(`"payload":${given.json}`);
    if (target()) parts.push(`"target":${JSON.stringify(target())}`);
    else if (fields.selector.value !== 'target') parts.push(`"selector":${JSON.stringify(fields.selector.value)}`);
    if (tags().length) parts.push(`"tags":${JSON.stringify(tags())}`);
    if (fields.timeout.value) parts.push(`"timeoutMillis":${Number(fields.timeout.value)}`);
    if (fields.persistent.checked) parts.push('"persistent":true');
    if (fields.offline.checked) parts.push('"offline":true');
    return `{${parts.join(',')}}`;
  }

  form.addEventListener('submit', async (event) => {
    const what = event.submitter?.value ?? 'request';
    event.preventDefault();
    const given = check();
    address();
    if (what === 'explain') {
      explain();
      return;
    }
    if (given.error) {
      fields.payload.focus();
      return;
    }
    const began = performance.now();
    const service = fields.service.value.trim();
    try {
      const sent = await call('POST', what === 'push' ? '/api/v1/pushes' : '/api/v1/requests', body(given));
      if (what === 'push') {
        card(service, sent.token, began).pushed(sent);
      } else {
        follow(card(service, sent.token, began), sent);
      }
      explain();
    } catch (error) {
      toast(error.message, true);
    }
  });

  /** What becomes of one request. */
  function card(service, token, began) {
    const chip = h('span', {}, state('open'));
    const took = h('span', { class: 'took' });
    const cancel = h('button', { type: 'button', class: 'btn tiny', click: () => call('DELETE', `/api/v1/requests/${token}`).catch((e) => toast(e.message, true)) }, 'Cancel');
    const news = h('ol', { class: 'news' });
    const end = h('div', { class: 'end' });
    const box = h('article', { class: 'panel answer', 'data-token': token },
      h('header', { class: 'bar' }, h('h3', {}, h('a', { href: requestHref(token) }, service)), chip, took, cancel), news, end);
    answers.prepend(box);
    while (answers.children.length > MOST_CARDS) answers.lastChild.remove();
    const done = (word) => {
      chip.replaceChildren(state(word));
      took.textContent = millis(performance.now() - began);
      cancel.remove();
    };
    return {
      news(one) {
        news.append(h('li', {}, h('b', {}, one.agent), ' ', h('span', { class: 'key' }, one.key), value(one.value)));
        if (news.children.length > MOST_NEWS) news.firstChild.remove();
      },
      end(how) {
        done(how.ok ? 'ok' : 'failed');
        if (how.error) end.append(h('p', { class: 'note is-bad' }, how.error));
        for (const outcome of how.outcomes) {
          end.append(h('section', {},
            h('p', {}, h('a', { href: agentHref(outcome.agent), class: 'name' }, outcome.agent), ' ', state(outcome.verdict)),
            outcome.message ? h('p', { class: 'why' }, `${outcome.kind ? `${outcome.kind}: ` : ''}${outcome.message}`) : null,
            outcome.verdict === 'OK' ? value(outcome.value) : null));
        }
      },
      pushed(sent) {
        done('sent');
        end.append(h('p', {}, sent.parked ? 'It waits until somebody offers it.' : `The broker has it, for ${sent.agents.join(', ')}.`));
      },
      lost() {
        done('unknown');
        end.append(h('p', {}, 'Its answers cannot be followed from here; ', h('a', { href: requestHref(token) }, 'its page'), ' has what is known.'));
      },
    };
  }

  function value(given) {
    return given === null || given === undefined ? h('span', { class: 'hint' }, ' nothing') : pre(show(given));
  }

  function follow(shown, sent) {
    const source = new EventSource(base + sent.events);
    let last = -1;
    const once = (take) => (event) => {
      const number = Number(event.lastEventId.slice(event.lastEventId.lastIndexOf('-') + 1));
      if (number <= last) return;
      last = number;
      take(readJson(event.data));
    };
    source.addEventListener('progress', once((news) => shown.news(news)));
    source.addEventListener('end', once((how) => {
      source.close();
      shown.end(how);
    }));
    source.onerror = () => {
      if (source.readyState === 2) shown.lost();
    };
  }

  form.addEventListener('input', () => {
    only();
    check();
    clearTimeout(explaining);
    explaining = setTimeout(() => {
      address();
      explain();
    }, 250);
  });
  form.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit(form.querySelector('[value=request]'));
    }
  });
  only();
  check();
  if (!fields.service.value) fields.service.focus();
}
