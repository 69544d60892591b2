'use strict';

const byId = id => document.getElementById(id);
let running = null;

/* Who is there, now and then. */
async function look() {
  try {
    const known = await (await fetch('api/agents')).json();
    byId('fabric').textContent = known.agents.length === 0
      ? `${known.mapper} sees no agents yet`
      : `${known.mapper} sees ${known.agents.map(agent => agent.name).join(', ')}`;
    byId('services').replaceChildren(...known.services.map(service => {
      const option = document.createElement('option');
      option.value = service;
      return option;
    }));
  } catch (e) {
    byId('fabric').textContent = 'the application does not answer';
  }
}

function show(text, bad) {
  byId('answer').textContent = text;
  byId('answer').className = bad ? 'bad' : '';
}

function tell(text) {
  const item = document.createElement('li');
  item.textContent = text;
  byId('news').prepend(item);
}

/* What comes, as Server-Sent Events. Not an EventSource: that would ask again by itself, and the work be done again. */
async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    const {value, done} = await reader.read();
    if (done) return;
    text += value;
    for (let end; (end = text.indexOf('\n\n')) >= 0; text = text.slice(end + 2)) {
      const lines = text.slice(0, end).split('\n');
      const field = name => lines.filter(line => line.startsWith(name + ': ')).map(line => line.slice(name.length + 2)).join('\n');
      if (field('event')) yield {name: field('event'), data: JSON.parse(field('data'))};
    }
  }
}

function happened(event) {
  const data = event.data;
  switch (event.name) {
    case 'asked':
      tell(`asked, as ${data.token}`);
      break;
    case 'progress':
      tell(`${data.agent}: ${data.key} ${JSON.stringify(data.value)}`);
      if (typeof data.value === 'number' && byId('bar').max > 1) byId('bar').value = data.value;
      break;
    case 'skipped':
      tell(`${data} more, which came faster than they could be shown`);
      break;
    case 'answer':
      show(JSON.stringify(data.value, null, 2), false);
      tell(`${data.agent}: done`);
      return true;
    case 'problem':
      show(`${data.title}: ${data.detail}`, true);
      tell(data.kind);
      return true;
  }
  return false;
}

async function ask(event) {
  event.preventDefault();
  running?.abort();
  const mine = running = new AbortController();
  show('', false);
  byId('news').replaceChildren();
  byId('stop').disabled = false;
  const bar = byId('bar');
  bar.hidden = false;
  bar.removeAttribute('value');
  const steps = Number(byId('payload').value);
  bar.max = steps > 1 ? steps : 1;
  try {
    const answer = await fetch('api/call' + byId('service').value + '?timeout=' + encodeURIComponent(byId('timeout').value), {
      method: 'POST',
      headers: {'Content-Type': 'application/json', 'Accept': 'text/event-stream'},
      body: byId('payload').value.trim(),
      signal: mine.signal,
    });
    if (!answer.ok) {
      happened({name: 'problem', data: await answer.json()});
      return;
    }
    let ended = false;
    for await (const each of events(answer.body)) ended = happened(each) || ended;
    if (!ended) show('the connection ended before the answer came', true);
  } catch (e) {
    if (running === mine) show(mine.signal.aborted ? 'stopped; the work is cancelled' : `no answer: ${e.message}`, true);
  } finally {
    if (running === mine) {
      running = null;
      byId('stop').disabled = true;
      bar.hidden = true;
    }
    look();
  }
}

byId('form').addEventListener('submit', ask);
byId('stop').addEventListener('click', () => running?.abort());
look();
setInterval(look, 3000);
