import { gzipSync } from 'node:zlib';
import { rejectedLine } from '../../src/cli/deliver/rejection';
import { BoundedBytes } from '../../src/cli/input/bounded-bytes';
import { MAX_LINE_BYTES, readMessages, type InputItem } from '../../src/cli/input/read-messages';
import { unpack } from '../../src/cli/input/unpack';

/** Hands a text over in chunks of so many bytes. */
async function* chunks(content: string | Buffer, size = 64 * 1024): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(content as string);
  for (let at = 0; at < bytes.length; at += size) {
    await Promise.resolve();
    yield bytes.subarray(at, at + size);
  }
}

async function read(
  source: string | Buffer | AsyncIterable<Uint8Array>,
  options: { size?: number; maxLineBytes?: number } = {},
): Promise<InputItem[]> {
  const { size, ...rest } = options;
  const bytes = typeof source === 'string' || Buffer.isBuffer(source) ? chunks(source, size) : source;
  const items: InputItem[] = [];
  for await (const item of readMessages(bytes, rest)) items.push(item);
  return items;
}

/** What matters of an item, short. */
function brief(item: InputItem): unknown {
  const { line, at } = item.position;
  const place = at === undefined ? line : `${line} ${at}`;
  return item.kind === 'message' ? [place, item.message] : [place, item.code];
}

const briefly = async (...args: Parameters<typeof read>): Promise<unknown[]> =>
  (await read(...args)).map(brief);

test('each line is a message, blank ones are none and count as lines', async () => {
  expect(await briefly('{"a":1}\n\n  \t\r\n{"a":2}\n')).toEqual([
    [1, { a: 1 }],
    [4, { a: 2 }],
  ]);
});

test.each([
  ['a byte order mark', '\uFEFF{"a":1}\n{"a":2}'],
  ['CRLF', '{"a":1}\r\n{"a":2}\r\n'],
  ['no last line break', '{"a":1}\n{"a":2}'],
])('%s makes no difference', async (_, text) => {
  expect(await briefly(text)).toEqual([
    [1, { a: 1 }],
    [2, { a: 2 }],
  ]);
});

test('a batch gives its messages, with their places; nothing beside the batch is merged into them', async () => {
  const line = JSON.stringify({ batch: [{ type: 'track' }, 5], context: { ip: 'x' }, sentAt: 'now' });
  expect(await briefly(`{"a":1}\n${line}\n`)).toEqual([
    [1, { a: 1 }],
    ['2 batch[0]', { type: 'track' }],
    ['2 batch[1]', 5],
  ]);
});

test('a message with a type is no batch, whatever else it has', async () => {
  const message = { type: 'track', batch: [1] };
  expect(await briefly(JSON.stringify(message))).toEqual([[1, message]]);
});

const ARRAYS = [
  ['in one line', '[{"a":"x,]\\"}"},{"b":[1,{"c":2}]}]'],
  ['over several lines', '\n[\n  {"a":"x,]\\"}"},\n\n  {"b":[1,{"c":2}]}\n]\n'],
] as const;

describe.each(ARRAYS)('one JSON array %s', (_, text) => {
  test('gives its elements, with their places', async () => {
    const items = await read(text);
    expect(items.map((item) => item.kind === 'message' && item.message)).toEqual([
      { a: 'x,]"}' },
      { b: [1, { c: 2 }] },
    ]);
    expect(items.map(({ position }) => position.at)).toEqual(['[0]', '[1]']);
  });
});

test('places in an array name the line that each element begins in', async () => {
  const items = await read('[\n{"a":\n1},\n{"b":2},{"c":3}]');
  expect(items.map(({ position }) => position)).toEqual([
    { line: 2, at: '[0]' },
    { line: 4, at: '[1]' },
    { line: 4, at: '[2]' },
  ]);
});

test('an array may hold batches and lines of a rejected file', async () => {
  const rejected = { rejected: { code: 'throttled', reason: 'r', retryable: true }, message: { n: 2 } };
  expect(await briefly(JSON.stringify([{ batch: [{ n: 1 }] }, rejected]))).toEqual([
    ['1 [0].batch[0]', { n: 1 }],
    ['1 [1]', { n: 2 }],
  ]);
});

test('an array per line gives the elements of all of them', async () => {
  expect(await briefly('[{"n":1},{"n":2}]\n[{"n":3}]\n{"n":4}\n')).toEqual([
    ['1 [0]', { n: 1 }],
    ['1 [1]', { n: 2 }],
    ['2 [0]', { n: 3 }],
    [3, { n: 4 }],
  ]);
});

test('an empty array holds nothing, and no fault either', async () => {
  expect(await read(' [ ] \n')).toEqual([]);
});

test('a faulty element of an array is a fault in its place, and the rest goes on', async () => {
  expect(await briefly('[{"n":1},{"n":},,{"n":4}]')).toEqual([
    ['1 [0]', { n: 1 }],
    ['1 [1]', 'not_json'],
    ['1 [2]', 'not_json'],
    ['1 [3]', { n: 4 }],
  ]);
});

test('an array that is cut off gives what is whole, and says that it is cut off', async () => {
  expect(await briefly('[{"n":1},{"n":2')).toEqual([
    ['1 [0]', { n: 1 }],
    ['1 [1]', 'not_json'],
    ['1 [2]', 'input_broken'],
  ]);
});

test('a first line that begins with a bracket but is no array of objects spoils no other line', async () => {
  expect(await briefly('[INFO] started\n{"n":1}\n')).toEqual([
    [1, 'not_json'],
    [2, { n: 1 }],
  ]);
});

test('a key __proto__ in an array stays a mere key', async () => {
  const [item] = await read('[{"__proto__":{"polluted":true}}]');
  const message = (item as { message: object }).message;
  expect(Object.keys(message)).toEqual(['__proto__']);
  expect('polluted' in message).toBe(false);
});

test('a line that is no JSON is a fault with its number and text, and the rest goes on', async () => {
  const items = await read('{"n":1}\n{"n":\n{"n":3}\n');
  expect(items.map(brief)).toEqual([
    [1, { n: 1 }],
    [2, 'not_json'],
    [3, { n: 3 }],
  ]);
  expect(items[1]).toMatchObject({ text: '{"n":', refusal: undefined });
});

test('the text of a fault is bounded', async () => {
  const [item] = await read('x'.repeat(100_000));
  expect((item as { text: string }).text).toBe(`${'x'.repeat(4_000)}…`);
});

test('a line that is no UTF-8 is refused: two ids must not become one', async () => {
  const latin1 = Buffer.from('{"userId":"caf\xe9"}\n{"n":2}\n', 'latin1');
  expect(await briefly(latin1)).toEqual([
    [1, 'not_utf8'],
    [2, { n: 2 }],
  ]);
});

test('the replacement sign itself may stand in a message', async () => {
  expect(await briefly('{"a":"\uFFFD"}')).toEqual([[1, { a: '\uFFFD' }]]);
});

const MIXED = [
  '{"a":"日本語 🎉 é"}',
  '',
  '{"batch":[{"n":1},{"n":2}]}\r',
  'not json',
  '[{"x":"\\\\"},{"y":"🎉"}]',
].join('\n');

test.each([1, 2, 3, 5, 7])('chunks of %d bytes give the same as one: no character is torn', async (size) => {
  const whole = await read(MIXED);
  expect(whole).toHaveLength(6);
  expect(await read(MIXED, { size })).toEqual(whole);
  expect(await read(gzipSync(MIXED), { size })).toEqual(whole);
  for (const [, array] of ARRAYS) expect(await read(array, { size })).toEqual(await read(array));
});

test('gzip is told by its first bytes, in several members too', async () => {
  const two = Buffer.concat([gzipSync('{"n":1}\n'), gzipSync('\uFEFF{"n":2}\n'.slice(1))]);
  expect(await briefly(two)).toEqual([
    [1, { n: 1 }],
    [2, { n: 2 }],
  ]);
});

test('a gzip that is cut off gives what is there, and says that it is cut off', async () => {
  const lines = Array.from({ length: 2_000 }, (_, n) => `{"n":${n},"r":"${Math.sin(n)}"}\n`).join('');
  const packed = gzipSync(lines);
  const items = await read(packed.subarray(0, packed.length - 2_000));
  expect(items.filter(({ kind }) => kind === 'message').length).toBeGreaterThan(100);
  expect(items.at(-1)).toMatchObject({
    code: 'input_broken',
    message: 'the input breaks off here: the gzip file is cut off',
  });
});

test('a source that fails gives what is there, and says that it broke off', async () => {
  const failing = async function* (): AsyncGenerator<Buffer> {
    yield Buffer.from('{"n":1}\n{"n":');
    await Promise.resolve();
    throw Object.assign(new Error('read failed'), { code: 'EIO' });
  };
  expect(await briefly(failing())).toEqual([
    [1, { n: 1 }],
    [2, 'not_json'],
    [2, 'input_broken'],
  ]);
});

test.each([
  ['lines', (long: string) => `{"n":1}\n${long}\n{"n":3}\n`, 2],
  ['elements', (long: string) => `[{"n":1},${long},{"n":3}]`, '1 [1]'],
])('%s over the limit are passed over, and the rest goes on', async (_, textOf, place) => {
  const long = JSON.stringify({ é: 'é'.repeat(5_000) });
  const items = await read(textOf(long), { size: 512, maxLineBytes: 8_000 });
  expect(items.map(brief)).toMatchObject([{}, [place, 'line_too_long'], {}]);
  expect(items.map((item) => item.kind === 'message' && item.message)).toEqual([{ n: 1 }, false, { n: 3 }]);
  expect((items[1] as { text: string }).text).toMatch(/^\{"é":"é+…$/);
  const fitting = await read(textOf(long), { size: 512, maxLineBytes: 20_000 });
  expect(fitting.map(({ kind }) => kind)).toEqual(['message', 'message', 'message']);
});

test('a line over 32 MB is passed over', async () => {
  const source = async function* (): AsyncGenerator<Buffer> {
    yield Buffer.from('{"n":1}\n"');
    await Promise.resolve();
    for (let sent = 0; sent <= MAX_LINE_BYTES; sent += 4_000_000) yield Buffer.alloc(4_000_000, 'x');
    yield Buffer.from('"\n{"n":3}\n');
  };
  expect(await briefly(source())).toEqual([
    [1, { n: 1 }],
    [2, 'line_too_long'],
    [3, { n: 3 }],
  ]);
});

test('of bytes over the limit only the beginning is kept', () => {
  const bytes = new BoundedBytes(10_000);
  bytes.add(Buffer.alloc(9_000, 'a'));
  expect(bytes.overflowed).toBe(false);
  for (let part = 0; part < 100; part++) bytes.add(Buffer.alloc(9_000, 'b'));
  expect(bytes.overflowed).toBe(true);
  const beginning = bytes.take();
  expect(beginning.toString()).toBe('a'.repeat(4_000));
  expect(beginning.buffer.byteLength).toBeLessThan(20_000);
});

test('lines of a rejected file give the message and what was said about it', async () => {
  const note = { code: 'throttled', reason: 'too fast', retryable: true, line: 7 };
  const text = { code: 'not_json', reason: 'no JSON', retryable: false, line: 8 };
  const items = await read(
    `${JSON.stringify({ rejected: note, message: { n: 1 } })}\n${JSON.stringify({ rejected: text, text: '{' })}\n`,
  );
  expect(items).toMatchObject([
    {
      kind: 'message',
      message: { n: 1 },
      refusal: { code: 'throttled', reason: 'too fast', retryable: true },
    },
    {
      kind: 'fault',
      code: 'not_json',
      text: '{',
      refusal: { code: 'not_json', reason: 'no JSON', retryable: false },
    },
  ]);
});

test('the messages of a batch are made one after another: a short line may hold millions', () => {
  const items = unpack({
    position: { line: 1 },
    text: '{"batch":[{"n":1},{"n":2}]}',
    bytes: 27,
    fault: undefined,
  });
  expect(items.next().value).toMatchObject({ message: { n: 1 } });
  expect(items.next().value).toMatchObject({ message: { n: 2 } });
  expect(items.next().done).toBe(true);
});

test.each([
  ['of a rejected file', (line: string) => `${line}\n`, '{"rejected":'],
  ['of a rejected file made an array', (line: string) => `[\n  ${line}]`, '{ "rejected" :'],
])('a message just within the limit is read again out of a line %s', async (_, textOf, start) => {
  const maxLineBytes = 1_000;
  const message = { long: 'x'.repeat(600), numbers: Array.from({ length: 75 }, () => 1e20) };
  const text = JSON.stringify(message).replaceAll('100000000000000000000', '1e20');
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(maxLineBytes);
  const [item] = await read(`${text}\n`, { maxLineBytes });
  const line = rejectedLine({ item: item!, code: 'unavailable', reason: 'PX is down', retryable: true });
  expect(Buffer.byteLength(line)).toBeGreaterThan(maxLineBytes * 2);
  for (const size of [64, 64 * 1024]) {
    const again = await read(textOf(line.replace('{"rejected":', start)), { size, maxLineBytes });
    expect(again).toMatchObject([{ kind: 'message', message, refusal: { retryable: true } }]);
  }
});

test('a line of a rejected file has its limit too, and the next line has the common one', async () => {
  const lineOf = (long: string): string => `{"rejected":{"code":"c","retryable":true},"message":"${long}"}\n`;
  const [tooLong, fitting] = ['x'.repeat(5_000), 'x'.repeat(3_000)];
  const text = `${lineOf(tooLong)}${lineOf(fitting)}"${'x'.repeat(1_001)}"\n`;
  for (const size of [64, 64 * 1024]) {
    const items = await read(text, { size, maxLineBytes: 1_000 });
    expect(items.map(brief)).toEqual([
      [1, 'line_too_long'],
      [2, fitting],
      [3, 'line_too_long'],
    ]);
  }
});

test('an aborted reading yields nothing more', async () => {
  const abort = new AbortController();
  const seen: unknown[] = [];
  for await (const item of readMessages(chunks('{"n":1}\n{"n":2}\n{"n":3}\n'), { signal: abort.signal })) {
    seen.push(brief(item));
    if (seen.length === 2) abort.abort();
  }
  expect(seen).toEqual([
    [1, { n: 1 }],
    [2, { n: 2 }],
  ]);
});
