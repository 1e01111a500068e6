import { readFileSync } from 'node:fs';
import path from 'node:path';
import { BEGINNING, EXAMPLES, jsonText } from '../../../src/web/inspector/examples/examples';
import { reduce, type Action, type State } from '../../../src/web/inspector/state';
import { readCapture, type CapturedTransform } from '../../host/captures';

const START: State = { input: BEGINNING, file: undefined, notice: undefined };
const run = (...actions: Action[]): State => actions.reduce(reduce, START);
const LINES = ['a', 'b', 'c'].map((userId) => JSON.stringify({ type: 'track', userId })).join('\n');
const open: Action = { do: 'openText', name: 'events.jsonl', text: LINES };
const userIn = ({ input }: State): unknown => (JSON.parse(input.eventText) as { userId: unknown }).userId;

test('an opened file shows its first message, and keeps the configuration', () => {
  const state = run(open);
  expect(state.file).toMatchObject({ name: 'events.jsonl', at: 0, more: false });
  expect(state.input).toEqual({ ...BEGINNING, eventText: jsonText({ type: 'track', userId: 'a' }) });
});

test('steps stay within the file', () => {
  expect(userIn(run(open, { do: 'step', to: 1 }))).toBe('b');
  expect(userIn(run(open, { do: 'step', to: 99 }))).toBe('c');
  expect(userIn(run(open, { do: 'step', to: -1 }))).toBe('a');
  expect(userIn(run(open, { do: 'step', to: 1 }, { do: 'step', to: NaN }))).toBe('b');
  expect(run({ do: 'step', to: 1 })).toEqual(START);
});

test('a changed message is kept while the user steps to others', () => {
  const changed = { ...BEGINNING, eventText: '{"userId": "changed"}' };
  const state = run(open, { do: 'write', input: changed }, { do: 'step', to: 1 }, { do: 'step', to: 0 });
  expect(state.input.eventText).toBe('{"userId": "changed"}');
});

test('a changed configuration stays while the user steps', () => {
  const first = run(open);
  const state = reduce(reduce(first, { do: 'write', input: { ...first.input, configText: '{}' } }), {
    do: 'step',
    to: 2,
  });
  expect(state.input.configText).toBe('{}');
  expect(userIn(state)).toBe('c');
});

test('a closed file leaves its message', () => {
  const state = run(open, { do: 'step', to: 1 }, { do: 'closeFile' });
  expect(state.file).toBeUndefined();
  expect(userIn(state)).toBe('b');
});

test.each([
  ['a configuration', { productTagKey: 'AP-NEW-2', apiKey: 'k' }, { productTagKey: 'AP-NEW-2', apiKey: 'k' }],
  [
    'a destination of a host',
    { ID: 'd', Config: { productTagKey: 'AP-NEW-2' } },
    { productTagKey: 'AP-NEW-2' },
  ],
])('a file with %s replaces the configuration', (_, content, config) => {
  const state = run({ do: 'openText', name: 'destination.json', text: JSON.stringify(content) });
  expect(JSON.parse(state.input.configText)).toEqual(config);
  expect(state.input.eventText).toBe(BEGINNING.eventText);
  expect(state.notice).toEqual({
    kind: 'done',
    text: 'destination.json is a configuration: it replaces the one on this page.',
  });
});

test('what is nested too deeply to be shown changes nothing, and the page says so', () => {
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  const actions: Action[] = [
    { do: 'openText', name: 'destination.json', text: `{"productTagKey":"AP","note":${deep}}` },
    { do: 'openLink', content: { event: JSON.parse(deep) as unknown, config: {} } },
    { do: 'start', with: { config: JSON.parse(deep) as unknown } },
  ];
  for (const action of actions) {
    expect(run(open, action)).toEqual({
      ...run(open),
      notice: { kind: 'fault', text: 'This is nested too deeply to be shown: nothing was changed.' },
    });
  }
});

test('a message with keys of a configuration is a message', () => {
  const message = { type: 'track', apiKey: 'k', Config: {} };
  expect(
    JSON.parse(run({ do: 'openText', name: 'x', text: JSON.stringify(message) }).input.eventText),
  ).toEqual(message);
});

test('a file without a message changes nothing, and says so', () => {
  const state = run(open, { do: 'openText', name: 'empty.jsonl', text: ' \n' });
  expect(state.file?.name).toBe('events.jsonl');
  expect(state.notice).toEqual({ kind: 'fault', text: 'empty.jsonl holds no message: nothing was changed.' });
});

test('a link and an example close the file', () => {
  const link = run(open, { do: 'openLink', content: { event: [1], config: { a: 1 } } });
  expect(link).toEqual({
    input: { eventText: '[\n  1\n]', configText: '{\n  "a": 1\n}' },
    file: undefined,
    notice: undefined,
  });
  const example = run(open, { do: 'show', event: { type: 'group' } });
  expect(example.file).toBeUndefined();
  expect(example.input).toEqual({ ...BEGINNING, eventText: '{\n  "type": "group"\n}' });
});

test('what was said is replaced', () => {
  const notice = { kind: 'done', text: 'Copied.' } as const;
  expect(run({ do: 'say', notice }).notice).toBe(notice);
  expect(run({ do: 'say', notice }, { do: 'say', notice: undefined }).notice).toBeUndefined();
});

test('each example is an event that an SDK or a real host sent', () => {
  const root = path.resolve(__dirname, '../../..');
  const messages = ['events.jsonl', 'broken.jsonl'].flatMap((file) =>
    readFileSync(path.join(root, 'examples', file), 'utf8').split('\n'),
  );
  const sent = ['router-transform-compacted', 'router-transform-compacted-retry'].flatMap((name) =>
    (readCapture(name).body as CapturedTransform).input.map(({ message }) => JSON.stringify(message)),
  );
  const known = new Set([...messages, ...sent]);
  expect(EXAMPLES.filter(({ event }) => !known.has(JSON.stringify(event)))).toEqual([]);
  expect(new Set(EXAMPLES.map(({ title }) => title)).size).toBe(EXAMPLES.length);
  expect(JSON.stringify(EXAMPLES)).toContain('favouriteColour');
});
