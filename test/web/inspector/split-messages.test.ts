import { readFileSync } from 'node:fs';
import path from 'node:path';
import { splitMessages } from '../../../src/web/inspector/messages/split-messages';

const root = path.resolve(__dirname, '../../..');
const a = { type: 'track', userId: 'u1', event: 'A' };
const b = { type: 'track', userId: 'u2', event: 'B', properties: { text: '}{][ "quoted" \\' } };
const json = (value: unknown): string => JSON.stringify(value);
const pretty = (value: unknown): string => JSON.stringify(value, null, 2);

/** The messages as values, with their places. */
function split(text: string): [string, unknown][] {
  return splitMessages(text).messages.map(({ text: message, at }) => [at, parsed(message)]);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

describe('the messages of a file', () => {
  test.each<[string, string, [string, unknown][]]>([
    [
      'JSON lines',
      `${json(a)}\n\n${json(b)}\n`,
      [
        ['line 1', a],
        ['line 3', b],
      ],
    ],
    [
      'JSON lines of Windows',
      `\uFEFF${json(a)}\r\n${json(b)}\r\n`,
      [
        ['line 1', a],
        ['line 2', b],
      ],
    ],
    ['one message', json(a), [['line 1', a]]],
    ['one pretty message', `\n\n${pretty(b)}\n`, [['line 3', b]]],
    [
      'an array',
      json([a, b]),
      [
        ['line 1, [0]', a],
        ['line 1, [1]', b],
      ],
    ],
    [
      'a pretty array',
      pretty([a, b]),
      [
        ['line 1, [0]', a],
        ['line 1, [1]', b],
      ],
    ],
    [
      'a batch',
      json({ batch: [a, b] }),
      [
        ['line 1, batch[0]', a],
        ['line 1, batch[1]', b],
      ],
    ],
    [
      'an array of batches',
      json([{ batch: [a] }, b]),
      [
        ['line 1, [0].batch[0]', a],
        ['line 1, [1]', b],
      ],
    ],
    [
      'batches in lines',
      `${json({ batch: [a] })}\n${json({ batch: [b] })}`,
      [
        ['line 1, batch[0]', a],
        ['line 2, batch[0]', b],
      ],
    ],
    [
      'pretty messages',
      `${pretty(a)}\n${pretty(b)}\n${json(a)}`,
      [
        ['line 1', a],
        ['line 6', b],
        ['line 14', a],
      ],
    ],
    [
      'messages without line breaks',
      `${json(a)}${json(b)} ${json(a)}`,
      [
        ['line 1', a],
        ['line 1', b],
        ['line 1', a],
      ],
    ],
    [
      'a request of a host',
      json({ input: [{ message: a, metadata: {} }, { message: b }] }),
      [
        ['line 1, input[0]', a],
        ['line 1, input[1]', b],
      ],
    ],
    ['a message with an input', json({ ...a, input: [b] }), [['line 1', { ...a, input: [b] }]]],
    [
      'values that are not messages',
      '[1,null]',
      [
        ['line 1, [0]', 1],
        ['line 1, [1]', null],
      ],
    ],
    ['nothing', ' \n ', []],
    ['an empty array', '[]', []],
  ])('%s', (_, text, expected) => {
    expect(split(text)).toEqual(expected);
  });

  test('of a batch get its context', () => {
    expect(split(json({ context: { ip: '::1' }, batch: [a] }))).toEqual([
      ['line 1, batch[0]', { ...a, context: { ip: '::1' } }],
    ]);
  });
});

describe('what is not JSON', () => {
  test('is a message of its own, and spoils nothing behind it', () => {
    const cut = json(b).slice(0, -9);
    expect(
      split([json(a), cut, json(b), 'what?', pretty(a), '{"never": "closed', json(a)].join('\n')),
    ).toEqual([
      ['line 1', a],
      ['line 2', cut],
      ['line 3', b],
      ['line 4', 'what?'],
      ['line 5', a],
      ['line 10', '{"never": "closed'],
      ['line 11', a],
    ]);
  });

  test('in several lines is one message', () => {
    const broken = pretty(b).replace(',', '');
    expect(split(`${broken}\n${pretty(a)}`)).toEqual([
      ['line 1', broken],
      ['line 9', a],
    ]);
  });

  test('among elements in lines is a message of its own', () => {
    expect(split(`[\n${json(a)},\n{"a" 1},\n${json(b)}\n]`)).toEqual([
      ['line 1', '['],
      ['line 2', a],
      ['line 3', '{"a" 1},'],
      ['line 4', b],
      ['line 5', ']'],
    ]);
  });

  // Each of these takes minutes when every beginning is read to the end of the text.
  test.each([
    ['unclosed values', '{"a":\n'],
    ['unclosed values with indentation', ' {"a":\n'],
    ['values in one line', '{"a":1}'],
    ['values in one line with commas', '{"a":1},'],
    ['brackets', '['],
    ['quotes', '"'],
  ])('in great number is read once: %s', (_, part) => {
    expect(splitMessages(part.repeat(3_000_000 / part.length)).messages.length).toBeGreaterThan(0);
  });
});

test('a rejected file gives the messages and why they were refused', () => {
  const text = [
    json({ rejected: { code: 'id_missing', reason: 'no user id', retryable: false, line: 7 }, message: a }),
    json({
      rejected: { code: 'not_json', reason: 'not valid JSON', retryable: false, line: 8 },
      text: '{"a',
    }),
    json({ rejected: { code: 'unreachable', retryable: true, line: 9 }, message: null }),
  ].join('\n');
  expect(splitMessages(text).messages).toEqual([
    { at: 'line 1', text: pretty(a), rejected: 'id_missing: no user id' },
    { at: 'line 2', text: '{"a', rejected: 'not_json: not valid JSON' },
    { at: 'line 3', text: 'null', rejected: 'unreachable' },
  ]);
});

test('a message that is nested too deeply to be written is kept as it is', () => {
  const deep = `{"traits":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
  expect(splitMessages(`${json(a)}\n${deep}\n${json(b)}`).messages).toEqual([
    { at: 'line 1', text: pretty(a) },
    { at: 'line 2', text: deep },
    { at: 'line 3', text: pretty(b) },
  ]);
});

test('a line that `deliver` does not read as rejected is a message here, too', () => {
  const value = { rejected: { code: 'id_missing' }, message: a };
  expect(split(json(value))).toEqual([['line 1', value]]);
});

test('a message with a key `rejected` is a message', () => {
  const message = { ...a, rejected: { code: 'x', retryable: false } };
  expect(split(json(message))).toEqual([['line 1', message]]);
});

test('more messages than anybody steps through are not kept', () => {
  const { messages, more } = splitMessages(json([a, b, a]), 2);
  expect(messages).toHaveLength(2);
  expect(more).toBe(true);
  expect(splitMessages(json([a, b]), 2).more).toBe(false);
});

test('the examples of the project split into their messages', () => {
  const { messages, more } = splitMessages(readFileSync(path.join(root, 'examples/events.jsonl'), 'utf8'));
  expect(messages).toHaveLength(600);
  expect(messages.every(({ text }) => parsed(text) !== text)).toBe(true);
  expect(more).toBe(false);
});
