// Run in a browser, against the scripts as the tower serves them. Gives a list of what went wrong.

export async function run(at) {
  const load = (name) => import(`${at}/${name}`);
  const failed = [];
  let passed = 0;
  const is = (name, given, wanted) => {
    const [a, b] = [JSON.stringify(given), JSON.stringify(wanted)];
    if (a === b) passed++;
    else failed.push(`${name}: ${a} (expected: ${b})`);
  };

  const format = await load('format.js');
  is('numbers', [0, 0.123, 12.34, 123.4, 1234567, null, NaN].map(format.number), ['0', '0.12', '12.3', '123', '1,234,567', '–', '–']);
  is('milliseconds', [0, 0.256, 2.56, 25.6, 2560, 125000, undefined].map(format.millis), ['0 ms', '0.26 ms', '2.6 ms', '26 ms', '2.56 s', '2 min', '–']);
  is('spans', [0, 119000, 120000, 7200000, 172800000].map(format.span), ['0 s', '119 s', '2 min', '2 h', '2 d']);
  is('ago', [0, 1499, 3000].map(format.ago), ['now', 'now', '3 s ago']);
  is('a payload of JSON stays as written', format.payload('{"n": 12345678901234567890}', 'auto'), { json: '{"n": 12345678901234567890}', words: 'JSON' });
  is('a payload that is none is text', format.payload('hello', 'auto'), { json: '"hello"', words: 'text' });
  is('a payload that would be JSON is wrong', Boolean(format.payload('{"a": }', 'auto').error), true);
  is('a number may be text', format.payload('12', 'text'), { json: '"12"', words: 'text' });
  is('text where JSON is wanted is wrong', Boolean(format.payload('hello', 'json').error), true);
  is('no payload', format.payload('', 'json').json, null);
  is('a large number is shown as it was sent', format.show(format.readJson('{"n":12345678901234567890,"m":7}')).replace(/\s/g, ''), '{"n":12345678901234567890,"m":7}');
  is('a text is shown as itself', format.show('a\nb'), 'a\nb');

  const dom = await load('dom.js');
  is('what is hidden is seen', dom.visible('a\u202eb\u001b\n'), 'a\\u202eb\\u001b\\u000a');
  is('lines stay lines', dom.visible('a\nb\tc', true), 'a\nb\tc');
  const evil = dom.h('p', { title: '"><b>' }, '<img src=x onerror=alert(1)>');
  is('children are text', evil.childElementCount, 0);
  let refused = false;
  try {
    dom.h('p', { onclick: 'alert(1)' });
  } catch {
    refused = true;
  }
  is('an attribute that runs something is refused', refused, true);
  is('a state that is foreign is no class', dom.state('x y"').className, 'state is-other');
  is('a line has gaps', dom.sparkPath([1, null, 1, 1], 90, 22), 'M0.0 2.0M60.0 2.0L90.0 2.0');
  is('an address is encoded', dom.serviceHref('/a/b?c').endsWith('/services/a/b%3Fc'), true);

  const { isNew } = await load('live.js');
  is('what comes twice is old', isNew('t-7', 't-7'), false);
  is('what comes late is old', isNew('t-17', 't-9'), false);
  is('what comes next is new', isNew('t-9', 't-10'), true);
  is('another topic begins anew', isNew('t-9', 'u-1'), true);

  const { Live } = await load('live.js');
  class Fake extends EventTarget {
    readyState = 1;
    close() { this.closed = true; }
  }
  let source;
  const live = new Live(() => (source = new Fake()));
  const told = [];
  live.addEventListener('any', ({ detail }) => told.push(detail.type));
  live.start();
  const send = (type, id, data) => {
    const event = new MessageEvent(type, { data: JSON.stringify(data), lastEventId: id });
    source.dispatchEvent(event);
  };
  send('snapshot', 't-1', { agents: [{ name: 'a' }], services: [{ path: '/a/b' }] });
  send('agents', 't-2', { changed: [{ name: 'b' }], gone: ['a'] });
  send('agents', 't-2', { changed: [{ name: 'c' }], gone: [] });
  is('each event is told once', told, ['snapshot', 'agents']);
  is('the agents are kept', [...live.agents.keys()], ['b']);
  is('it is live', live.state, 'live');
  source.readyState = 2;
  source.onerror();
  is('without a stream it asks', [live.state, told.at(-1), source.closed], ['polling', 'poll', true]);
  live.pause(true);
  is('paused', live.state, 'paused');
  dispatchEvent(new PageTransitionEvent('pagehide'));

  const { patch } = await load('patch.js');
  const tree = (html) => new DOMParser().parseFromString(`<div>${html}</div>`, 'text/html').body.firstChild;
  const have = document.importNode(tree('<p>a</p><ul><li data-key="1">one</li><li data-key="2">two</li></ul><details open></details><i data-keep>own</i>'), true);
  const two = have.querySelector('[data-key="2"]');
  patch(have, tree('<p class="x">b</p><ul><li data-key="3">three</li><li data-key="2">two!</li></ul><details></details><i data-keep>theirs</i><b>more</b>'));
  is('a tree becomes the other', have.innerHTML, '<p class="x">b</p><ul><li data-key="3">three</li><li data-key="2">two!</li></ul><details open=""></details><i data-keep="">own</i><b>more</b>');
  is('what has a key stays the same node', have.querySelector('[data-key="2"]') === two, true);
  patch(have, tree('<h2>c</h2>'));
  is('what is too much goes', have.innerHTML, '<h2>c</h2>');

  const { range } = await load('virtual.js');
  is('the first rows', range(-100, 440, 44, 5000), { first: 0, count: 20 });
  is('rows in the middle', range(44000, 440, 44, 5000), { first: 988, count: 34 });
  is('the last rows', range(44 * 4995, 440, 44, 5000), { first: 4983, count: 17 });
  is('no rows', range(0, 440, 44, 0), { first: 0, count: 0 });

  const { select } = await load('agents.js');
  const agents = [
    { name: 'b', state: 'ready', load: 2, tags: ['gpu'], heardAt: '2', busy: 0, inFlight: 0, services: 1 },
    { name: 'a', state: 'dead', load: null, tags: [], heardAt: '1', busy: 1, inFlight: 3, services: 2 },
    { name: 'c', state: 'ready', load: 1, tags: ['GPU2'], heardAt: '3', busy: 0, inFlight: 0, services: 3 },
  ];
  const names = (query) => select(agents, query).map((agent) => agent.name).join('');
  is('by name', names({}), 'abc');
  is('down', names({ sort: '-name' }), 'cba');
  is('by load, unknown last', names({ sort: 'load' }), 'cba');
  is('found by tag or name', names({ q: 'gpu' }), 'bc');
  is('by state', names({ state: 'dead' }), 'a');
  is('by exact tag', names({ tag: 'gpu' }), 'b');
  is('by service', names({ names: new Set(['c']) }), 'c');

  const { find } = await load('palette.js');
  const entries = ['/simple/echo', '/other/echo', 'echo', 'fred', 'e-c-h-o'].map((words) => ({ words }));
  is('the best is first', find(entries, 'echo').map((e) => e.words), ['echo', '/other/echo', '/simple/echo', 'e-c-h-o']);
  is('letters in order are found', find(entries, 'fd').map((e) => e.words), ['fred']);
  is('nothing', find(entries, 'zzz'), []);

  const { append, lines, times } = await load('charts.js');
  const history = { times: [1, 2], series: { a: [1, 2] } };
  append(history, 3, { b: 7 }, 60);
  append(history, 3, { b: 8 }, 60);
  is('what is not known is a gap', history, { times: [1, 2, 3], series: { a: [1, 2, null], b: [null, null, 7] } });
  append(history, 63, { a: 1 }, 61);
  is('what is old is forgotten', history.times, [2, 3, 63]);
  is('outcomes in their order', lines('rates', ['rate.FAILED', 'rate.accepted', 'rate.OK']).map((l) => l.label), ['OK', 'FAILED']);

  is('hours, and a day where it is another', times([86400 - 3600, 86400, 90000]), ['23:00', '01-02', '01:00']);
  is('days', times([0, 86400]), ['01-01', '01-02']);

  return { passed, failed };
}
