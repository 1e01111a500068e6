import { EventEmitter } from 'node:events';
import http from 'node:http';
import { PassThrough } from 'node:stream';
import { parseJson } from '../../src/service/parse-json';
import { BodyReader } from '../../src/service/read-body';
import { cleanUp, DESTINATION, identify, job, track, world, type HostEvent, type World } from './host';
import { settled, until } from './waiting';

afterEach(cleanUp);

describe('large bodies are read, parsed and answered one at a time', () => {
  const LIMITS = { maxBodyBytes: 1_000, largeBodyBytes: 100, largeBodyTimeMs: 80 };
  const LARGE = JSON.stringify('x'.repeat(300));
  const open = (reader: BodyReader) => {
    const stream = new PassThrough();
    const answer = new EventEmitter();
    const seen = { done: false };
    const body = reader.read(stream, answer, stream).then(
      ({ value }) => {
        seen.done = true;
        return value;
      },
      (error: Error) => error.message,
    );
    return { stream, answer, body, seen };
  };

  test('the second waits, unread, for the first; a small one does not', async () => {
    const reader = new BodyReader({ ...LIMITS, largeBodyTimeMs: 10_000 });
    const [first, second, small] = [open(reader), open(reader), open(reader)];
    first.stream.write(LARGE.slice(0, 200));
    await settled();
    second.stream.end(LARGE);
    small.stream.end('{"a":1}');
    expect(await small.body).toEqual({ a: 1 });
    await settled();
    expect(second.seen.done).toBe(false);
    expect(second.stream.isPaused()).toBe(true);
    first.stream.end(LARGE.slice(200));
    expect(await first.body).toHaveLength(300);
    await settled();
    expect(second.seen.done).toBe(false);
    first.answer.emit('close');
    expect(await second.body).toHaveLength(300);
  });

  test.each(['stands still', 'drips'])('one that %s is given up, and the next has its turn', async (how) => {
    const reader = new BodyReader(LIMITS);
    const [slow, next] = [open(reader), open(reader)];
    slow.stream.write(LARGE.slice(0, 200));
    const dripping = how === 'drips' ? setInterval(() => slow.stream.write('x'), 5) : undefined;
    await settled();
    next.stream.end(LARGE);
    expect(await slow.body).toBe('the body came too slowly');
    clearInterval(dripping);
    expect(await next.body).toHaveLength(300);
  });

  test('one whose sender goes away, in its turn or before it, leaves the way free', async () => {
    const reader = new BodyReader({ ...LIMITS, largeBodyTimeMs: 10_000 });
    const [first, second, third] = [open(reader), open(reader), open(reader)];
    first.stream.write(LARGE.slice(0, 200));
    await settled();
    second.stream.write(LARGE.slice(0, 200));
    third.stream.end(LARGE);
    await settled();
    second.stream.destroy();
    expect(await second.body).toBe('the body was broken off');
    first.stream.destroy();
    expect(await first.body).toBe('the body was broken off');
    expect(await third.body).toHaveLength(300);
  });

  test('one beyond all bounds is refused, and blocks nothing', async () => {
    const reader = new BodyReader(LIMITS);
    const [huge, next] = [open(reader), open(reader)];
    huge.stream.write('"'.padEnd(2_000, 'x'));
    expect(await huge.body).toBe('the body is larger than 1000 bytes');
    next.stream.end(LARGE);
    expect(await next.body).toHaveLength(300);
  });
});

test('one whose sender has gone before its turn is not parsed', async () => {
  const reader = new BodyReader({ maxBodyBytes: 1_000, largeBodyBytes: 1_000, largeBodyTimeMs: 1_000 });
  const [stream, answer] = [new PassThrough(), new EventEmitter()];
  const body = reader.read(stream, answer, {});
  stream.on('end', () => answer.emit('close'));
  const parse = jest.spyOn(JSON, 'parse');
  stream.end('{}');
  await expect(body).rejects.toThrow('the body was broken off');
  await settled();
  expect(parse).not.toHaveBeenCalled();
  parse.mockRestore();
});

test('what was parsed is handed over once, and is kept no longer', async () => {
  const reader = new BodyReader({ maxBodyBytes: 1_000, largeBodyBytes: 1_000, largeBodyTimeMs: 1_000 });
  const stream = new PassThrough();
  const reading = reader.read(stream, new EventEmitter(), {});
  stream.end('{"a":1}');
  const body = await reading;
  expect(body.value).toEqual({ a: 1 });
  expect(body.take()).toEqual({ a: 1 });
  expect(body.value).toBeUndefined();
});

describe('parseJson gives what JSON.parse gives', () => {
  const events = (count: number): HostEvent[] =>
    Array.from({ length: count }, (_, at) => job(at, track(`ü${at} "quoted\\`)));
  const odd = JSON.stringify(DESTINATION);
  const holding = (message: string): string =>
    `[${Array.from({ length: 6 }, (_, at) => `{"message":${at === 2 ? message : '{}'},"metadata":{"jobId":${at}},"destination":${odd}}`).join(',')}]`;
  const cases: Readonly<Record<string, string>> = {
    'a plain batch': JSON.stringify(events(10)),
    'a plain router batch': JSON.stringify({ input: events(10), destType: 'gainsight_px' }),
    'a few events': JSON.stringify(events(2)),
    'several destinations': JSON.stringify(
      events(10).map((event, at) => ({ ...event, destination: { ...DESTINATION, ID: `d${at % 2}` } })),
    ),
    'a destination in a message': holding(`{"a":1,"destination":${odd}}`),
    'a destination as a text in a message': holding(JSON.stringify({ a: `,"destination":${odd}` })),
    'a destination twice in one event': `[${Array.from({ length: 6 }, () => `{"metadata":{},"destination":${odd},"destination":{"ID":"other"}}`).join(',')}]`,
    'no destination object': '[{"metadata":{},"destination":5},{"metadata":{},"destination":"{"}]',
    'braces in texts': JSON.stringify(
      events(6).map((event) => ({ ...event, destination: { ...DESTINATION, Name: '}"{\\"' } })),
    ),
    'a scalar': '5',
  };

  test.each(Object.keys(cases))('%s', (name) => {
    const text = cases[name]!;
    expect(parseJson(Buffer.from(text))).toEqual(JSON.parse(text));
    expect(JSON.stringify(parseJson(Buffer.from(text)))).toBe(JSON.stringify(JSON.parse(text)));
  });

  test.each(['', '{', '[{"a":1,"destination":{', `[${`{"a":1,"destination":{x}},`.repeat(6)}1]`])(
    'it throws for %j',
    (text) => {
      expect(() => parseJson(Buffer.from(text))).toThrow(SyntaxError);
    },
  );
});

describe('over a real connection', () => {
  const send = (port: number, url: string, body: Buffer | string, headers: http.OutgoingHttpHeaders = {}) =>
    new Promise<{ status: number; text: string; version: unknown }>((resolve, reject) => {
      const request = http.request({ port, method: 'POST', path: url, headers, agent: false }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => {
          resolve({ status: response.statusCode!, text, version: response.headers.apiversion });
        });
      });
      request.on('error', reject);
      request.end(body);
    });
  const listen = async (here: World): Promise<number> => (await here.service.listen({ port: 0 })).port;

  test('a body of 21 MB is served, one beyond the limit is tried again: never 413, never a dropped connection', async () => {
    const port = await listen(await world({ maxBodyBytes: 22 * 2 ** 20 }));
    const big = (bytes: number) => JSON.stringify([job(1, { ...track(), ignored: 'x'.repeat(bytes) })]);
    const url = '/v0/destinations/gainsight_px';
    const served = await Promise.all([
      send(port, url, big(21 * 2 ** 20)),
      send(port, url, big(21 * 2 ** 20)),
      send(port, url, big(10)),
    ]);
    expect(served.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(await send(port, url, big(23 * 2 ** 20))).toMatchObject({ status: 503, version: '2' });
    expect(await send(port, '/routerTransform', big(23 * 2 ** 20))).toMatchObject({
      status: 500,
      version: '2',
    });
  });

  test('a request whose sender goes away in the middle does no harm', async () => {
    const here = await world();
    const port = await listen(here);
    await new Promise<void>((resolve) => {
      const request = http.request({
        port,
        method: 'POST',
        path: '/routerTransform',
        headers: { 'content-length': 1000 },
      });
      request.on('error', () => {
        resolve();
      });
      request.write('{"input":', () => request.destroy());
    });
    expect(
      (await send(port, '/routerTransform', JSON.stringify({ input: [], destType: 'gainsight_px' }))).status,
    ).toBe(200);
  });

  test('plans of a host that has gone away are not begun', async () => {
    const here = await world({ router: { concurrency: 1, requestTimeoutMs: 5_000 } }, { latencyMs: 150 });
    const port = await listen(here);
    const input = [0, 1, 2, 3, 4].map((at) => job(at, identify(`u${at}`), { userId: `k${at}` }));
    await new Promise<void>((resolve) => {
      const request = http.request({ port, method: 'POST', path: '/routerTransform' });
      request.on('error', () => {
        resolve();
      });
      request.end(JSON.stringify({ input, destType: 'gainsight_px' }));
      setTimeout(() => request.destroy(), 100);
    });
    await until(async () => (await here.get('/metrics')).text.includes('gainsight_px_plans_pending 0\n'));
    expect(here.simulator.requests.total).toBeLessThan(5);
  });

  test('any content type, or none, is read as JSON', async () => {
    const port = await listen(await world());
    const body = JSON.stringify([job(1, track())]);
    for (const type of ['text/plain', 'application/json', 'APPLICATION/JSON; charset=utf-8', '']) {
      const headers = type === '' ? {} : { 'content-type': type };
      expect({ type, ...(await send(port, '/v0/destinations/gainsight_px', body, headers)) }).toMatchObject({
        type,
        status: 200,
      });
    }
  });
});
