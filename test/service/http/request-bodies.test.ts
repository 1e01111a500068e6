import { EventEmitter } from 'node:events';
import http from 'node:http';
import { PassThrough } from 'node:stream';
import { parseJson } from '../../../src/service/http/parse-json';
import { BodyReader, plainBody } from '../../../src/service/http/read-request-body';
import {
  cleanUp,
  DESTINATION,
  identify,
  job,
  track,
  world,
  type HostEvent,
  type World,
} from '../running-service';
import { gated, pendingPlans } from '../gated';
import { settled, until } from '../waiting';

afterEach(cleanUp);

describe('bodies that are read and not answered yet', () => {
  const KB = 1024;
  const LIMITS = { maxBodyBytes: 1_000 * KB, bodyMemoryBytes: 300 * KB, bodyTimeMs: 600_000 };
  const json = (kilobytes: number): string => JSON.stringify('x'.repeat(kilobytes * KB - 2));

  /** A body that is begun; `length` is told, or not. */
  const open = (reader: BodyReader, length?: number) => {
    const stream = new PassThrough({ highWaterMark: 2_000 * KB });
    const answer = new EventEmitter();
    const seen: { text?: unknown } = {};
    const body = reader
      .read(plainBody(stream, length?.toString()), answer, stream)
      .then(
        ({ value }) => String(value).length + 2,
        (error: Error) => error.message,
      )
      .then((text) => (seen.text = text));
    return { stream, answer, body, seen };
  };
  const whole = (reader: BodyReader, kilobytes: number, known = true) => {
    const opened = open(reader, known ? kilobytes * KB : undefined);
    opened.stream.end(json(kilobytes));
    return opened;
  };
  const calm = async (): Promise<void> => {
    for (let at = 0; at < 20; at += 1) await settled();
  };

  test.each([true, false])(
    'are together no larger than the bound, and one: what does not fit waits, unread (length told: %s)',
    async (known) => {
      const reader = new BodyReader(LIMITS);
      const bodies = Array.from({ length: 10 }, () => whole(reader, 90, known));
      let done = 0;
      let most = 0;
      const answer = async (): Promise<void> => {
        for (const { seen, answer: toAnswer } of bodies) {
          if (seen.text === undefined || toAnswer.listenerCount('close') === 0) continue;
          toAnswer.emit('close');
          done += 1;
          return;
        }
        await settled();
      };
      await calm();
      expect(reader.waiting).toBeGreaterThan(0);
      expect(bodies.at(-1)!.stream.readableFlowing).toBe(false);
      while (done < bodies.length) {
        most = Math.max(most, reader.heldBytes);
        await answer();
      }
      expect(most).toBeLessThanOrEqual((300 + 90 + 64) * KB);
      expect(await Promise.all(bodies.map(({ body }) => body))).toEqual(Array(10).fill(90 * KB));
      expect([reader.heldBytes, reader.waiting]).toEqual([0, 0]);
    },
  );

  test('one larger than the bound is read although others are not answered yet; the next one waits for it', async () => {
    const reader = new BodyReader(LIMITS);
    const small = whole(reader, 10);
    const [huge, next] = [whole(reader, 900), whole(reader, 400)];
    expect([await small.body, await huge.body]).toEqual([10 * KB, 900 * KB]);
    await calm();
    expect(next.seen.text).toBeUndefined();
    huge.answer.emit('close');
    expect(await next.body).toBe(400 * KB);
  });

  test('one that fits does not wait for one that does not', async () => {
    const reader = new BodyReader(LIMITS);
    const first = whole(reader, 250);
    const beyond = whole(reader, 250);
    await beyond.body;
    first.answer.emit('close');
    const late = whole(reader, 250);
    const small = whole(reader, 40);
    expect(await small.body).toBe(40 * KB);
    expect(late.seen.text).toBeUndefined();
    beyond.answer.emit('close');
    expect(await late.body).toBe(250 * KB);
  });

  test.each([true, false])(
    'that wait for each other half read do not wait for ever (length told: %s)',
    async (known) => {
      const reader = new BodyReader(LIMITS);
      const bodies = Array.from({ length: 8 }, () => open(reader, known ? 200 * KB : undefined));
      for (const { stream } of bodies) stream.write(json(200).slice(0, 130 * KB));
      await calm();
      for (const { stream, body, answer } of bodies) {
        stream.end(json(200).slice(130 * KB));
        void body.then(() => {
          answer.emit('close');
        });
      }
      expect(await Promise.all(bodies.map(({ body }) => body))).toEqual(Array(8).fill(200 * KB));
    },
  );

  describe('and are slow', () => {
    beforeEach(() => {
      jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
    });
    afterEach(() => {
      jest.useRealTimers();
    });
    const SLOW = { ...LIMITS, bodyTimeMs: 1_000 };
    const pass = async (ms: number): Promise<void> => {
      await calm();
      jest.advanceTimersByTime(ms);
      await calm();
    };

    test.each(['stands still', 'drips'])(
      'one that %s is given up where others wait for room',
      async (how) => {
        const reader = new BodyReader(SLOW);
        const [slow, beyond] = [open(reader, 280 * KB), open(reader, 280 * KB)];
        const next = whole(reader, 280);
        for (let ms = 0; ms < 1_100; ms += 100) {
          for (const { stream } of [slow, beyond]) if (how === 'drips' || ms === 0) stream.write('"');
          await pass(100);
        }
        expect(await slow.body).toBe('the body arrived too slowly');
        expect(await next.body).toBe(280 * KB);
      },
    );

    test('one may take its time where none waits', async () => {
      const reader = new BodyReader(SLOW);
      const slow = open(reader, 100 * KB);
      slow.stream.write(json(100).slice(0, 50 * KB));
      await pass(100_000);
      slow.stream.end(json(100).slice(50 * KB));
      expect(await slow.body).toBe(100 * KB);
    });

    test('the time in which one waits for room is not held against it', async () => {
      const reader = new BodyReader(SLOW);
      const [first, beyond, next, last] = [1, 2, 3, 4].map(() => whole(reader, 280));
      await Promise.all([first!.body, beyond!.body]);
      await pass(100_000);
      expect([next!.seen.text, last!.seen.text]).toEqual([undefined, undefined]);
      beyond!.answer.emit('close');
      expect(await next!.body).toBe(280 * KB);
      next!.answer.emit('close');
      expect(await last!.body).toBe(280 * KB);
    });

    test('the times in which one is read count together', async () => {
      const reader = new BodyReader(SLOW);
      const slow = open(reader);
      slow.stream.write('"');
      await pass(600);
      const full = whole(reader, 230);
      await full.body;
      const beyond = whole(reader, 50);
      await beyond.body;
      // Its first block is full, and there is no room for another.
      slow.stream.write(json(64));
      const waiting = whole(reader, 250);
      await pass(100_000);
      expect([reader.waiting, slow.seen.text]).toEqual([2, undefined]);
      full.answer.emit('close');
      await pass(500);
      expect(slow.seen.text).toBe('the body arrived too slowly');
      beyond.answer.emit('close');
      expect(await waiting.body).toBe(250 * KB);
    });
  });

  test('one whose sender goes away, in its turn or before it, leaves the way free', async () => {
    const reader = new BodyReader(LIMITS);
    const [first, beyond, waiting] = [1, 2, 3].map(() => open(reader, 280 * KB));
    for (const { stream } of [first!, beyond!, waiting!]) stream.write('"');
    const next = whole(reader, 280);
    await calm();
    for (const { stream, body } of [waiting!, beyond!, first!]) {
      stream.destroy();
      expect(await body).toBe('the connection broke before the body was complete');
    }
    expect(await next.body).toBe(280 * KB);
    next.answer.emit('close');
    expect([reader.heldBytes, reader.waiting]).toEqual([0, 0]);
  });

  test.each([true, false])(
    'one beyond all bounds is refused, and blocks nothing (length told: %s)',
    async (known) => {
      const reader = new BodyReader(LIMITS);
      const huge = whole(reader, 1_001, known);
      expect(await huge.body).toBe(`the body is larger than ${1_000 * KB} bytes`);
      expect(await whole(reader, 280).body).toBe(280 * KB);
    },
  );

  test('one that is no JSON, or empty, blocks nothing', async () => {
    const reader = new BodyReader(LIMITS);
    for (const text of ['', '{'.repeat(280 * KB)]) {
      const bad = open(reader, text.length);
      bad.stream.end(text);
      expect(await bad.body).toMatch(/^the body is /);
      expect([reader.heldBytes, reader.waiting]).toEqual([0, 0]);
    }
  });
});

test('one whose sender has gone before its turn is not parsed', async () => {
  const reader = new BodyReader({ maxBodyBytes: 1_000, bodyMemoryBytes: 1_000, bodyTimeMs: 1_000 });
  const [stream, answer] = [new PassThrough(), new EventEmitter()];
  const body = reader.read(plainBody(stream, undefined), answer, {});
  stream.on('end', () => answer.emit('close'));
  const parse = jest.spyOn(JSON, 'parse');
  stream.end('{}');
  await expect(body).rejects.toThrow('the connection broke before the body was complete');
  await settled();
  expect(parse).not.toHaveBeenCalled();
  parse.mockRestore();
});

test('what was parsed is handed over once, and is kept no longer', async () => {
  const reader = new BodyReader({ maxBodyBytes: 1_000, bodyMemoryBytes: 1_000, bodyTimeMs: 1_000 });
  const stream = new PassThrough();
  const reading = reader.read(plainBody(stream, undefined), new EventEmitter(), {});
  stream.end('{"a":1}');
  const body = await reading;
  expect(body.value).toEqual({ a: 1 });
  expect(body.takeValue()).toEqual({ a: 1 });
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
    const here = await gated({ router: { concurrency: 1, requestTimeoutMs: 600_000 } });
    const port = await listen(here);
    const input = [0, 1, 2, 3, 4].map((at) => job(at, identify(`u${at}`), { userId: `k${at}` }));
    const request = http.request({ port, method: 'POST', path: '/routerTransform' });
    request.on('error', () => undefined);
    request.end(JSON.stringify({ input, destType: 'gainsight_px' }));
    await until(async () => (await pendingPlans(here)) === 5);
    request.destroy();
    await until(async () => (await pendingPlans(here)) === 1);
    here.release();
    await until(async () => (await pendingPlans(here)) === 0);
    expect(here.sent).toHaveLength(1);
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
