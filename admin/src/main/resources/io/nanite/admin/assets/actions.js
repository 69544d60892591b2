// What changes something: buttons, the question before them, and what became of it.

import { base, h, meta, pre, visible } from './dom.js';
import { count } from './format.js';

/** A call of the API; throws an Error that says what the server says. */
export async function call(method, path, body) {
  const answer = await fetch(base + path, {
    method,
    headers: { 'X-CSRF-Token': meta('csrf'), ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
    body,
  });
  const text = await answer.text();
  let json = null;
  try {
    json = text ? JSON.parse(text) : null;
  } catch {
    // a text
  }
  if (!answer.ok) {
    const error = new Error(json?.detail ?? json?.message ?? `${answer.status} ${answer.statusText}`);
    error.status = answer.status;
    throw error;
  }
  return json;
}

export function toast(words, bad = false) {
  const box = document.getElementById('toasts');
  const note = h('div', { class: `toast ${bad ? 'is-bad' : 'is-ok'}` },
    h('span', {}, words),
    h('button', { type: 'button', class: 'btn quiet tiny', click: () => note.remove() }, 'Close'));
  box.append(note);
  while (box.children.length > 4) box.firstChild.remove();
  if (!bad) setTimeout(() => note.remove(), 8000);
}

/** Asks; gives true once it is confirmed. typed: what has to be written for that. */
export function ask({ title, words, list = [], button, danger = false, typed = '' }) {
  return new Promise((resolve) => {
    const input = typed ? h('input', { 'aria-label': `Write: ${typed}`, autocomplete: 'off', spellcheck: 'false' }) : null;
    const yes = h('button', { value: 'yes', class: `btn ${danger ? 'danger' : 'primary'}` }, button);
    const dialog = h('dialog', { class: 'dialog', 'aria-labelledby': 'dialog-title' },
      h('form', { method: 'dialog' },
        h('h2', { id: 'dialog-title' }, title),
        words ? h('p', {}, words) : null,
        list.length ? h('ul', { class: 'sample' }, list.map((each) => h('li', {}, each))) : null,
        input ? h('p', {}, 'Write ', h('code', {}, typed), ' to go on:') : null,
        input,
        h('div', { class: 'buttons' }, yes, h('button', { value: 'no', class: 'btn', formnovalidate: true }, 'Not now'))));
    if (input) {
      yes.disabled = true;
      input.addEventListener('input', () => {
        yes.disabled = input.value !== typed;
      });
    }
    dialog.addEventListener('close', () => {
      resolve(dialog.returnValue === 'yes');
      dialog.remove();
    });
    document.body.append(dialog);
    dialog.showModal();
    (input ?? dialog.querySelector('button[value=no]')).focus();
  });
}

export function showText(title, text) {
  const dialog = h('dialog', { class: 'dialog wide-dialog', 'aria-labelledby': 'dialog-title' },
    h('form', { method: 'dialog' },
      h('h2', { id: 'dialog-title' }, title), pre(text),
      h('div', { class: 'buttons' }, h('button', { class: 'btn primary' }, 'Close'))));
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

async function press(button, changed) {
  const [method, path] = button.dataset.call.split(' ');
  const name = button.textContent.replace('…', '');
  const { confirm: words, typed = '', then, follow, show } = button.dataset;
  if (words && !await ask({ title: `${name}?`, words, button: name, danger: button.classList.contains('danger'), typed })) return;
  button.disabled = true;
  button.closest('details')?.removeAttribute('open');
  try {
    const body = typed ? JSON.stringify({ confirm: typed }) : button.dataset.body ?? (method === 'POST' ? '{}' : undefined);
    const answer = await call(method, path, body);
    if (then) {
      location.assign(then);
    } else if (follow && answer?.token) {
      location.assign(follow + encodeURIComponent(answer.token));
    } else if (answer?.ok === false) {
      toast(answer.message ?? `${name}: not done`, true);
    } else if (show) {
      showText(show, typeof answer.value === 'string' ? answer.value : JSON.stringify(answer.value, null, 2));
    } else {
      toast(answer?.message ?? (answer?.value?.millis === undefined ? `${name}: done` : `Answered in ${answer.value.millis} ms`));
      changed();
    }
  } catch (error) {
    toast(`${name}: ${error.message}`, true);
  } finally {
    button.disabled = false;
  }
}

async function bulk(button, changed) {
  const action = button.dataset.bulk;
  const here = new URLSearchParams(location.search);
  const filter = {};
  for (const key of button.dataset.keys.split(' ')) {
    if (here.get(key)) filter[key] = here.get(key);
  }
  const name = action[0].toUpperCase() + action.slice(1);
  try {
    const dry = await call('POST', '/api/v1/bulk', JSON.stringify({ action, filter, dryRun: true }));
    if (dry.count === 0) {
      toast(`${name}: there is none that it could be done to`);
      return;
    }
    const sample = [...dry.sample];
    if (dry.count > sample.length) sample.push(`and ${count(dry.count - sample.length)} more`);
    const yes = await ask({
      title: `${name} ${count(dry.count)}?`,
      words: Object.keys(filter).length ? `Those that the filter shows: ${Object.entries(filter).map(([k, v]) => `${k} ${v}`).join(', ')}.` : 'No filter is set: these are all.',
      list: sample,
      button: `${name} ${count(dry.count)}`,
      danger: action === 'cancel' || action === 'drain' || action === 'purge',
    });
    if (!yes) return;
    const done = await call('POST', '/api/v1/bulk', JSON.stringify({ action, filter, dryRun: false, expected: dry.count }));
    const failed = done.failed ? `, ${done.failed} failed: ${done.errors.slice(0, 3).map((e) => `${e.name}: ${e.detail}`).join('; ')}` : '';
    toast(`${name}: ${count(done.done)} done${failed}`, done.failed > 0);
    changed();
  } catch (error) {
    toast(`${name}: ${error.message}`, true);
  }
}

async function replay(form, changed) {
  const says = form.querySelector('[data-says]');
  const fields = new FormData(form);
  const body = [];
  const edited = fields.get('payload');
  says.hidden = true;
  try {
    if (edited !== null && edited !== form.dataset.was) {
      JSON.parse(edited);
      body.push(`"payload":${edited}`);
    }
    for (const key of ['service', 'target']) {
      const input = form.elements[key];
      if (input.value && input.value !== input.defaultValue) body.push(`"${key}":${JSON.stringify(input.value)}`);
    }
    const answer = await call('POST', form.dataset.replay, `{${body.join(',')}}`);
    location.assign(form.dataset.follow + encodeURIComponent(answer.token));
  } catch (error) {
    says.textContent = visible(error instanceof SyntaxError ? `The payload is not JSON: ${error.message}` : error.message);
    says.hidden = false;
    changed();
  }
}

async function login(form) {
  const says = form.querySelector('[data-says]');
  const fields = new FormData(form);
  says.hidden = true;
  try {
    await call('POST', '/api/v1/login', JSON.stringify({ user: fields.get('user'), password: fields.get('password') }));
    location.assign(form.dataset.login);
  } catch (error) {
    says.textContent = visible(error.message);
    says.hidden = false;
    form.elements.password.select();
  }
}

/** changed() is called after something was done, so that the page is looked at again. */
export function startActions(changed) {
  document.addEventListener('click', (event) => {
    const button = event.target.closest('button');
    if (!button) return;
    if (button.dataset.call) press(button, changed);
    else if (button.dataset.bulk) bulk(button, changed);
    else if (button.dataset.copy) {
      navigator.clipboard?.writeText(button.dataset.copy).then(() => toast('Copied'), () => toast('The browser does not allow copying', true));
    }
  });
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (form.dataset.replay) {
      event.preventDefault();
      replay(form, changed);
    } else if (form.dataset.login) {
      event.preventDefault();
      login(form);
    }
  });
}
