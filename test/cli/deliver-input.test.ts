import { constants, gzipSync, inflateRawSync } from 'node:zlib';
import { rejectedLine } from '../../src/cli/rejected/rejection';
import { BoundedBytes } from '../../src/cli/input/split/bounded-bytes';
import { MAX_LINE_BYTES, readMessages, type InputItem } from '../../src/cli/input/read-messages';
import { parseRecord } from '../../src/cli/input/parse-record';

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

describe('a batch', () => {
  const messagesOf = async (batch: object): Promise<unknown[]> =>
    (await read(JSON.stringify(batch))).map((item) => item.kind === 'message' && item.message);

  test('gives its messages, with their places', async () => {
    const line = JSON.stringify({ batch: [{ type: 'track' }, 5], sentAt: 'now', userId: 'u' });
    expect(await briefly(`{"a":1}\n${line}\n`)).toEqual([
      [1, { a: 1 }],
      ['2 batch[0]', { type: 'track' }],
      ['2 batch[1]', 5],
    ]);
  });

  test('gives each message its context, one level deep; keys of the message win', async () => {
    const context = { ip: '1.2.3.4', traits: { a: 1 }, page: { url: 'x' } };
    const own = { type: 'track', context: { ip: null, traits: { b: 2 } } };
    expect(
      await messagesOf({ batch: [own, { type: 'track' }, { context: 'none' }, 5, null, [1]], context }),
    ).toEqual([
      { type: 'track', context: { ip: null, traits: { b: 2 }, page: { url: 'x' } } },
      { type: 'track', context },
      { context },
      5,
      null,
      [1],
    ]);
  });

  test('gives each message its integrations; keys of the message win, in any case', async () => {
    const integrations = { All: false, GAINSIGHT_PX: { x: 1 } };
    const batch = [{ a: 1 }, { integrations: { all: true } }, { integrations: { 'Gainsight PX': true } }];
    expect(await messagesOf({ batch, integrations })).toEqual([
      { a: 1, integrations },
      { integrations: { all: true, GAINSIGHT_PX: { x: 1 } } },
      { integrations: { All: false, 'Gainsight PX': true } },
    ]);
  });

  test('without context and integrations that are objects leaves its messages as they are', async () => {
    const batch = [{ context: { a: 1 } }, { integrations: { All: false } }];
    expect(await messagesOf({ batch, context: 'x', integrations: null })).toEqual(batch);
  });
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
    ['1 [1]', 'input_broken'],
  ]);
  expect(await briefly('[{"n":1},{"n":2}')).toEqual([
    ['1 [0]', { n: 1 }],
    ['1 [1]', { n: 2 }],
    ['1 [1]', 'input_broken'],
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

test('a line that is not valid JSON is a fault with its number and text, and the rest goes on', async () => {
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
  const cut = packed.subarray(0, packed.length - 2_000);
  const decoded = inflateRawSync(cut.subarray(10), { finishFlush: constants.Z_SYNC_FLUSH }).toString();
  const whole = decoded.split('\n').length - 1;
  expect(whole).toBeGreaterThan(100);
  for (const size of [1, 7, 1_024, 64 * 1024]) {
    const items = await read(cut, { size });
    expect(items.filter(({ kind }) => kind === 'message')).toHaveLength(whole);
    expect(items.slice(whole)).toMatchObject([
      {
        code: 'input_broken',
        message: `the input breaks off here: the gzip data are cut off, after ${whole} messages: get the whole file, then deliver it with --skip ${whole}`,
      },
    ]);
  }
});

describe('gzip', () => {
  const LINES = Array.from({ length: 300 }, (_, n) => `{"n":${n},"r":"${Math.sin(n)}"}\n`).join('');
  const flipped = (bytes: Buffer, at: number): Buffer => {
    const copy = Buffer.from(bytes);
    copy[at]! ^= 0xff;
    return copy;
  };
  const withHeader = (flags: number, ...fields: Buffer[]): Buffer => {
    const packed = gzipSync(LINES);
    return Buffer.concat([
      packed.subarray(0, 3),
      Buffer.from([flags]),
      packed.subarray(4, 10),
      ...fields,
      packed.subarray(10),
    ]);
  };

  test.each([
    ['rubbish', Buffer.from('rubbish'), 'something that is not gzip follows the gzip data'],
    ['one byte', Buffer.from('x'), 'something that is not gzip follows the gzip data'],
    ['zeros and rubbish', Buffer.from('\0\0\0x'), 'something that is not gzip follows the gzip data'],
    [
      'rubbish that begins as gzip does',
      Buffer.from([0x1f, 0x8b, ...LINES.slice(0, 50).split('').map(Number)]),
      'the gzip data are damaged',
    ],
    ['the beginning of a member', gzipSync(LINES).subarray(0, 9), 'the gzip data are cut off'],
  ])(
    'with %s behind its end gives all of its messages, and names what is wrong',
    async (_, rubbish, reason) => {
      const packed = Buffer.concat([gzipSync(LINES), rubbish]);
      for (const size of [1, 100, 64 * 1024]) {
        const items = await read(packed, { size });
        expect(items).toHaveLength(301);
        expect(items.slice(0, 300).every(({ kind }) => kind === 'message')).toBe(true);
        expect(items[300]).toMatchObject({
          code: 'input_broken',
          message: `the input breaks off here: ${reason}, after 300 messages: get the whole file, then deliver it with --skip 300`,
        });
      }
    },
  );

  test.each([
    ['its checksum', -7],
    ['its length', -2],
  ])('with another %s gives its messages, and says that it is damaged', async (_, at) => {
    const packed = gzipSync(LINES);
    const items = await read(flipped(packed, packed.length + at));
    expect(items).toHaveLength(301);
    expect(items[300]).toMatchObject({ message: expect.stringContaining('checksum') });
  });

  test('that is damaged in the middle gives what comes before the damage', async () => {
    // A block of an unknown kind in place of a member's data.
    const damaged = Buffer.concat([gzipSync(LINES), gzipSync('').subarray(0, 10), Buffer.alloc(100, 0xff)]);
    const items = await read(damaged);
    expect(items).toHaveLength(301);
    expect(items[300]).toMatchObject({
      message: expect.stringContaining('the gzip data are damaged, after 300'),
    });
  });

  test('padded with zeros is whole', async () => {
    expect(await read(Buffer.concat([gzipSync(LINES), Buffer.alloc(5_000)]))).toHaveLength(300);
  });

  test.each([
    ['a name', withHeader(8, Buffer.from('events.jsonl\0'))],
    [
      'a name, a comment and a checksum',
      withHeader(26, Buffer.from('a\0'), Buffer.from('b\0'), Buffer.from([1, 2])),
    ],
    ['an extra field', withHeader(4, Buffer.from([3, 0, 9, 9, 9]))],
  ])('with %s in its header is read', async (_, packed) => {
    for (const size of [1, 64 * 1024]) {
      const items = await read(packed, { size });
      expect(items).toHaveLength(300);
      expect(items.every(({ kind }) => kind === 'message')).toBe(true);
    }
  });

  test('that is cut off before its first message says so', async () => {
    expect(await read(gzipSync(LINES).subarray(0, 5))).toMatchObject([
      {
        code: 'input_broken',
        message: expect.stringContaining('cut off, before the first message: get the whole'),
      },
    ]);
  });

  test('with a byte order mark or UTF-16 in it is read', async () => {
    const utf16 = Buffer.from('\uFEFF{"a":"é"}\n', 'utf16le');
    expect(await briefly(gzipSync(utf16))).toEqual([[1, { a: 'é' }]]);
  });
});

describe('UTF-16', () => {
  const TEXT = '{"a":"日本語 🎉 é"}\r\n{"a":2}\r\n';
  const EXPECTED = [
    [1, { a: '日本語 🎉 é' }],
    [2, { a: 2 }],
  ];
  const bigEndian = (bytes: Buffer): Buffer => Buffer.from(bytes).swap16();

  test.each([
    ['little-endian with its mark', Buffer.from(`\uFEFF${TEXT}`, 'utf16le')],
    ['big-endian with its mark', bigEndian(Buffer.from(`\uFEFF${TEXT}`, 'utf16le'))],
    ['little-endian without', Buffer.from(TEXT, 'utf16le')],
    ['big-endian without', bigEndian(Buffer.from(TEXT, 'utf16le'))],
  ])('%s is read, however it is cut', async (_, bytes) => {
    for (const size of [1, 2, 3, 5, 64 * 1024]) expect(await briefly(bytes, { size })).toEqual(EXPECTED);
  });

  test.each([' ', '\n', '\r\n', '\t', '\n \n'])(
    'without a mark and with %j before the first message is read',
    async (blank) => {
      const text = Buffer.from(`${blank}{"a":1}\n[{"a":"é"}]\n`, 'utf16le');
      const expected = await briefly(Buffer.from(text.toString('utf16le')));
      expect(expected).toHaveLength(2);
      for (const size of [1, 3, 64 * 1024]) {
        expect(await briefly(text, { size })).toEqual(expected);
        expect(await briefly(bigEndian(text), { size })).toEqual(expected);
      }
    },
  );

  test('half a character is refused: two ids must not become one', async () => {
    const text = '\uFEFF{"a":"\ud83c"}\n{"a":"\udf89x"}\n{"a":"\ud83c\udf89"}\n';
    for (const size of [1, 2, 3, 4, 64 * 1024]) {
      expect(await briefly(Buffer.from(text, 'utf16le'), { size })).toEqual([
        [1, 'not_utf8'],
        [2, 'not_utf8'],
        [3, { a: '\u{1f389}' }],
      ]);
    }
  });

  test('that ends within a character says so', async () => {
    const bytes = Buffer.from('\uFEFF{"a":1}\n{"a":2', 'utf16le');
    expect(await read(bytes.subarray(0, bytes.length - 1))).toMatchObject([
      { message: { a: 1 } },
      { code: 'input_broken', message: expect.stringContaining('within a character, after 1 message: get') },
    ]);
  });

  test('an array in it is read', async () => {
    const text = '\uFEFF[\r\n  {"a":1},\r\n  {"a":2}\r\n]\r\n';
    expect(await briefly(Buffer.from(text, 'utf16le'))).toEqual([
      ['2 [0]', { a: 1 }],
      ['3 [1]', { a: 2 }],
    ]);
  });
});

describe('pretty-printed JSON', () => {
  const messages = [
    { type: 'track', userId: 'u', event: '}{ "\\', properties: { a: [1, { b: null }], c: {} } },
    { type: 'identify', traits: {} },
    { type: 'track', list: [] },
  ];
  const pretty = messages.map((message) => JSON.stringify(message, null, 2));
  const messagesIn = async (text: string, size?: number): Promise<unknown[]> =>
    (await read(text, size === undefined ? {} : { size })).map((item) =>
      item.kind === 'message' ? item.message : item,
    );

  test.each([
    ['one after another', pretty.join('\n')],
    ['with blank lines between them', pretty.join('\n\n \n')],
    ['with CRLF', pretty.join('\n').replaceAll('\n', '\r\n')],
    ['with tabs', messages.map((message) => JSON.stringify(message, null, '\t')).join('\n')],
    ['without indentation', pretty.join('\n').replaceAll(/\n +/g, '\n')],
    ['without a line break between them', pretty.join('')],
    ['as an array', JSON.stringify(messages, null, 2)],
    [
      'as several arrays',
      `${JSON.stringify(messages.slice(0, 1), null, 2)}\n${JSON.stringify(messages.slice(1), null, 4)}`,
    ],
    ['as a batch', JSON.stringify({ batch: messages }, null, 2)],
    [
      'as a batch of a message a line',
      `{"batch":[\n${messages.map((message) => JSON.stringify(message)).join(',\n')}\n]}`,
    ],
    ['with commas at the beginning of lines', pretty.join('\n').replaceAll(/,\n( *)/g, '\n$1, ')],
    ['after JSON lines', `${JSON.stringify(messages[0])}\n${pretty.slice(1).join('\n')}`],
    ['before JSON lines', `${pretty[0]}\n${JSON.stringify(messages[1])}\n${JSON.stringify(messages[2])}`],
  ])('%s is read', async (_, text) => {
    for (const size of [1, 5, 64 * 1024]) expect(await messagesIn(text, size)).toEqual(messages);
  });

  test('a single object is a message, and its place is the line that it begins in', async () => {
    expect(await read(`\n\n${pretty[0]!}\n${pretty[1]!}`)).toMatchObject([
      { position: { line: 3 }, message: messages[0] },
      { position: { line: 3 + pretty[0]!.split('\n').length }, message: messages[1] },
    ]);
  });

  test('several objects on one line are read, with their places', async () => {
    expect(await briefly('{"n":1}{"n":2} {"n":3}\n{"n":4}\n')).toEqual([
      ['1 object[0]', { n: 1 }],
      ['1 object[1]', { n: 2 }],
      ['1 object[2]', { n: 3 }],
      [2, { n: 4 }],
    ]);
  });

  test.each([
    ['{"n":', [[1, 'not_json']]],
    ['{"n":"never closed', [[1, 'not_json']]],
    ['{"n":1,', [[1, 'not_json']]],
    ['{"n":1', [[1, 'not_json']]],
    ['{"batch":[{"n":9},', [[1, 'not_json']]],
    ['[{"n":9},', [[1, 'not_json']]],
    ['{"n":1}}', [[1, 'not_json']]],
    ['{"n":1},', [[1, 'not_json']]],
    ['{"n":1} and more', [[1, 'not_json']]],
    ['{', [[1, 'not_json']]],
    [
      '{"n":\n{"m":',
      [
        [1, 'not_json'],
        [2, 'not_json'],
      ],
    ],
  ])('%j spoils no line behind it', async (broken, issues) => {
    const lines = broken.split('\n').length;
    const after = [10, 11, 12].map((n, index) => [lines + 1 + index, { n }]);
    const text = `${broken}\n{"n":10}\n{"n":11}\n{"n":12}\n`;
    // After a line that is whole, too: then the input is no array.
    const shifted = [...issues, ...after].map(([line, value]) => [Number(line) + 1, value]);
    expect(await briefly(`{"n":0}\n${text}`)).toEqual([[1, { n: 0 }], ...shifted]);
    if (!broken.startsWith('[')) expect(await briefly(text)).toEqual([...issues, ...after]);
  });

  test('a broken line at the end spoils no line before it', async () => {
    expect(await briefly('{"n":1}\n{"n":\n{"n":3}')).toEqual([
      [1, { n: 1 }],
      [2, 'not_json'],
      [3, { n: 3 }],
    ]);
  });

  test('a document that is not JSON is one fault, and those around it are read', async () => {
    const wrong = pretty[0]!.replace('"userId"', 'userId');
    const items = await read(`${pretty[1]!}\n${wrong}\n${pretty[2]!}`);
    expect(items).toMatchObject([
      { message: messages[1] },
      { code: 'not_json', position: { line: 5 }, text: wrong },
      { message: messages[2] },
    ]);
  });

  test('a document that is cut off is one fault, which says so', async () => {
    const items = await read(`${pretty[1]!}\n${pretty[0]!.slice(0, -5)}`);
    expect(items).toMatchObject([
      { message: messages[1] },
      { code: 'input_broken', position: { line: 5 }, message: expect.stringContaining('may be cut off') },
    ]);
  });

  test('a document over the limit is given up, and later lines are read', async () => {
    const long = JSON.stringify({ list: Array.from({ length: 500 }, (_, n) => n) }, null, 2);
    const items = await read(`${long}\n{"n":1}\n`, { maxLineBytes: 1_000 });
    expect(items[0]).toMatchObject({ code: 'not_json', position: { line: 1 } });
    expect(items.at(-1)).toMatchObject({ message: { n: 1 } });
  });

  test('lines of a rejected file that were formatted are read', async () => {
    const note = { code: 'throttled', reason: 'r', retryable: true };
    const text = JSON.stringify({ rejected: note, message: { n: 1 } }, null, 2);
    expect(await read(text)).toMatchObject([{ message: { n: 1 }, refusal: { code: 'throttled' } }]);
  });

  test('a byte order mark in the middle, of files that were joined, is passed over', async () => {
    expect(await briefly('\uFEFF{"n":1}\n\uFEFF{"n":2}\n')).toEqual([
      [1, { n: 1 }],
      [2, { n: 2 }],
    ]);
  });
});

describe('input of another form', () => {
  const REST = Buffer.concat([Buffer.from([1, 2, 0, 250]), Buffer.alloc(3_000, '\nx\u0000y')]);
  const tar = Buffer.alloc(1_024);
  tar.write('events.jsonl');
  tar.write('ustar', 257);
  tar.write('{"n":1}\n', 512);
  const binary = Buffer.from(Array.from({ length: 200 }, (_, n) => (n * 37 + 129) % 256));

  test.each([
    ['xz', Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 4]), /xz data.*xz -dc FILE/],
    ['zstd', Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 4]), /zstd data.*zstd -dc FILE/],
    ['bzip2', Buffer.from('BZh91AY&SY'), /bzip2 data.*bzip2 -dc FILE/],
    ['zip', Buffer.from('PK\u0003\u0004'), /zip file.*unzip -p FILE/],
    ['Parquet', Buffer.from('PAR1'), /Parquet file.*export it as JSON/],
    ['PDF', Buffer.from('%PDF-1.7\n%\xe2\xe3\n', 'latin1'), /a PDF file.*name a file of JSON/],
    ['Avro', Buffer.from('Obj\u0001'), /Avro/],
    ['tar', tar, /tar file.*tar -xOf FILE/],
    ['gzip twice', gzipSync('{"n":1}'), /./, true],
    ['a binary file', binary, /a binary file/],
    ['UTF-32', Buffer.from([0xff, 0xfe, 0, 0, 0x7b, 0, 0, 0]), /UTF-32/],
    ['an HTML page', Buffer.from('<!DOCTYPE html>\n<html>\n'), /XML or HTML/],
    ['CSV', Buffer.from('userId,event,date\nu1,Signed Up,2024-01-01\nu2,"a, b",\n'), /CSV/],
    [
      'CSV with semicolons and a byte order mark',
      Buffer.from('\uFEFF"User Id";"E-Mail"\r\n1;a@b.c\r\n'),
      /CSV/,
    ],
    ['CSV with tabs', Buffer.from('user_id\tevent\n1\te\n'), /CSV/],
    ['CSV with JSON in it', Buffer.from('id,payload\n1,"{""type"":""track""}"\n'), /CSV/],
  ])(
    '%s is one fault that says what it looks like and what to do',
    async (name, bytes, sentence, twice = false) => {
      const isText = /CSV|HTML|tar/.test(name);
      const packed = twice ? gzipSync(bytes) : bytes;
      const whole = isText || twice ? packed : Buffer.concat([packed, REST]);
      for (const size of [1, 3, 64 * 1024]) {
        const items = await read(whole, { size });
        expect(items).toMatchObject([
          { kind: 'unreadable', code: 'format_unsupported', position: { line: 1 } },
        ]);
        const { message } = items[0] as { message: string };
        expect(message).toMatch(/^this looks like [^\n]+: [^\n]+$/);
        if (!twice) expect(message).toMatch(sentence);
        else expect(message).toMatch(/gzip within gzip/);
      }
      // The same, packed once more.
      if (!twice)
        expect(await read(gzipSync(whole))).toMatchObject([{ message: expect.stringMatching(sentence) }]);
    },
  );

  test.each([
    [
      'log lines before JSON',
      'INFO started, ready\n{"n":1}\n{"n":2}\n',
      [
        [1, 'not_json'],
        [2, { n: 1 }],
        [3, { n: 2 }],
      ],
    ],
    ['one line of text', 'userId,event\n', [[1, 'not_json']]],
    [
      'text',
      'hello\nworld\n',
      [
        [1, 'not_json'],
        [2, 'not_json'],
      ],
    ],
    [
      'numbers',
      '1\n2\n',
      [
        [1, 1],
        [2, 2],
      ],
    ],
    [
      'a line with a control character',
      '{"n":1}\n\u0000\n{"n":2}\n',
      [
        [1, { n: 1 }],
        [2, 'not_json'],
        [3, { n: 2 }],
      ],
    ],
    [
      'Latin-1 text',
      Buffer.from('caf\xe9\n{"n":1}\n', 'latin1'),
      [
        [1, 'not_utf8'],
        [2, { n: 1 }],
      ],
    ],
  ])('%s is none, and each line is looked at', async (_, text, expected) => {
    expect(await briefly(text)).toEqual(expected);
  });

  test('the first message of a source that waits does not wait for the second', async () => {
    const end = new AbortController();
    const source = async function* (): AsyncGenerator<Buffer> {
      yield Buffer.from('{"n":1}\n');
      await new Promise((resolve) => {
        if (end.signal.aborted) resolve(undefined);
        else end.signal.addEventListener('abort', resolve);
      });
    };
    const items = readMessages(source());
    expect((await items.next()).value).toMatchObject({ message: { n: 1 } });
    const rest = items.next();
    end.abort();
    expect((await rest).done).toBe(true);
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
      kind: 'unreadable',
      code: 'not_json',
      text: '{',
      refusal: { code: 'not_json', reason: 'no JSON', retryable: false },
    },
  ]);
});

test('the messages of a batch are made one after another: a short line may hold millions', () => {
  const items = parseRecord({
    position: { line: 1 },
    value: { batch: [{ n: 1 }, { n: 2 }] },
    bytes: 27,
    unreadable: undefined,
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
