import { gzipSync } from 'node:zlib';
import http from 'node:http';
import { FakeClock } from '../../__mocks__/clock.fake';
import type { ServiceOptions } from '../../../src/service';
import type { SimulatorOptions } from '../../../src/simulator';
import {
  cleanUp,
  CONFIG,
  group,
  identify,
  KEY,
  track,
  world,
  type Answer,
  type Json,
} from '../running-service';
import { gated } from '../gated';
import { calm, finish, until } from '../waiting';

afterEach(cleanUp);

const TOKEN = 'ingest-token-77aa01';
const BEARER = { authorization: `Bearer ${TOKEN}` };
const basic = (user: string, password = ''): { authorization: string } => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
});
const INGEST = { config: CONFIG, token: TOKEN };
const withId = (messageId: string, message: Json = track()): Json => ({ ...message, messageId });

async function ingesting(options: ServiceOptions = {}, px: SimulatorOptions = {}) {
  const here = await world({ ingest: INGEST, ...options }, px);
  const deliver = (
    body: unknown,
    headers: Record<string, string> = {},
    url = '/v1/deliver',
  ): Promise<Answer> => here.post(url, body, { ...BEARER, ...headers });
  return { ...here, deliver, events: () => here.simulator.state.events.total };
}

/** A service whose PX answers as the test says; by default it takes everything. */
async function scripted(
  px: (title: string, route: string) => Response | Promise<Response>,
  options: ServiceOptions = {},
) {
  const sent: string[] = [];
  const here = await world({
    ingest: INGEST,
    ...options,
    fetch: (url, { body, method }) => {
      const { eventName, title, identifyId } = JSON.parse(body!) as Json;
      const name = String(eventName ?? title ?? identifyId);
      sent.push(name);
      return Promise.resolve(px(name, `${method} ${new URL(url).pathname}`));
    },
  });
  const deliver = (body: unknown, headers: Record<string, string> = {}): Promise<Answer> =>
    here.post('/v1/deliver', body, { ...BEARER, ...headers });
  return { ...here, deliver, sent };
}
const answer = (status: number, headers = {}): Response => new Response(null, { status, headers });
const CREATED = (): Response => answer(204);

describe('who may', () => {
  test('without the option, no path is served', async () => {
    const { post } = await world();
    expect((await post('/v1/deliver', track(), BEARER)).status).toBe(500);
    expect((await post('/v1/batch', { batch: [track()] }, BEARER)).status).toBe(500);
  });

  test.each([
    ['Bearer', BEARER],
    ['bearer in small letters', { authorization: `bearer  ${TOKEN}` }],
    ['the user name of Basic', basic(TOKEN)],
    ['the user name of Basic, with any password', basic(TOKEN, 'x:y')],
  ])('the token as %s is let in', async (_, headers) => {
    const { post } = await ingesting();
    expect((await post('/v1/deliver', track(), headers)).status).toBe(200);
  });

  test.each<[string, Record<string, string>]>([
    ['none', {}],
    ['another token', { authorization: 'Bearer ingest-token-77aa02' }],
    ['a part of it', { authorization: `Bearer ${TOKEN.slice(0, -1)}` }],
    ['more than it', { authorization: `Bearer ${TOKEN}1` }],
    ['an empty one', { authorization: 'Bearer ' }],
    ['another scheme', { authorization: `Token ${TOKEN}` }],
    ['it alone', { authorization: TOKEN }],
    ['it as the password', basic('', TOKEN)],
    ['an empty user name', basic('')],
  ])('%s is 401 on every path, and the body is not even read', async (_, headers) => {
    const { post, simulator, logged } = await ingesting();
    for (const url of ['/v1/deliver', '/v1/batch', '/v1/track', '//v1/deliver/']) {
      const { status, body, headers: answered } = await post(url, 'not JSON', headers);
      expect([status, body]).toEqual([401, { error: 'unauthorized' }]);
      expect(answered['www-authenticate']).toBe('Bearer, Basic');
    }
    expect(simulator.requests.total).toBe(0);
    expect(logged()).not.toContain(TOKEN.slice(0, -1));
  });

  test("the host's routes need no token", async () => {
    const { get } = await ingesting();
    expect((await get('/features')).status).toBe(200);
  });

  test.each<[unknown, RegExp]>([
    [{ ...INGEST, token: 'too short' }, /ingest.token: expected 16 to 200 printable/],
    [{ ...INGEST, token: 'with a blank in the middle' }, /ingest.token/],
    [{ ...INGEST, token: 'with:a:colon:which:basic:cannot' }, /ingest.token/],
    [{ config: CONFIG }, /ingest.token/],
    [{ ...INGEST, deadlineMs: 0 }, /ingest.deadlineMs/],
    [{ ...INGEST, config: { apiKey: KEY } }, /productTagKey/],
  ])('wrong options %# are refused at the start', async (ingest, error) => {
    await expect(world({ ingest: ingest as typeof INGEST })).rejects.toThrow(error);
  });
});

describe('what is read', () => {
  test.each<[string, unknown, number]>([
    ['a message', track(), 1],
    ['an array', [track(), track()], 2],
    ['a batch', { batch: [track(), track('u2')], sentAt: 'now' }, 2],
    ['an array of batches', [{ batch: [track()] }, track()], 2],
    ['an empty array', [], 0],
    ['an empty batch', { batch: [] }, 0],
  ])('%s is answered when all is delivered', async (_, body, count) => {
    const { deliver, events } = await ingesting();
    const { status, body: answered } = await deliver(body);
    expect([status, answered]).toEqual([
      200,
      { messages: count, delivered: count, skipped: 0, rejected: 0, retry: 0 },
    ]);
    expect(events()).toBe(count);
  });

  test.each(['identify', 'group', 'track', 'page', 'screen', 'alias'])(
    '/v1/%s gives its messages their type, whatever they say',
    async (type) => {
      const { deliver, simulator, get } = await ingesting({
        ingest: { ...INGEST, config: { ...CONFIG, pageEvents: true } },
      });
      const { status } = await deliver(
        { userId: 'u', groupId: 'g', event: 'E', type: 'x' },
        {},
        `/v1/${type}`,
      );
      expect(status).toBe(200);
      const metric = new RegExp(
        `events_total\\{route="deliver",type="${type}",outcome="(delivered|filtered)"} 1`,
      );
      expect((await get('/metrics')).text).toMatch(metric);
      expect(simulator.requests.total > 0).toBe(type !== 'alias');
    },
  );

  test('/v1/batch is what SDKs send, with the key as the user name of Basic', async () => {
    const { post, events } = await ingesting();
    expect((await post('/v1/batch', { batch: [track()] }, basic(TOKEN))).status).toBe(200);
    expect(events()).toBe(1);
  });

  test.each([
    ['application/x-ndjson', '\n'],
    ['application/x-ndjson; charset=utf-8', '\r\n'],
    ['application/jsonl', '\n\n'],
  ])('lines of JSON (%s) are messages; a line that is not JSON fails alone', async (type, end) => {
    const { deliver, events } = await ingesting();
    const lines = [JSON.stringify(track()), '{"type":', JSON.stringify({ batch: [track()] }), ''].join(end);
    const { status, body } = await deliver(lines, { 'content-type': type });
    expect(status).toBe(207);
    expect(body.outcomes).toMatchObject([
      { index: 0, at: '[0]', status: 200 },
      { index: 1, at: '[1]', status: 400, code: 'event_not_object', error: 'the line is not valid JSON' },
      { index: 2, at: '[2].batch[0]', status: 200 },
    ]);
    expect(events()).toBe(2);
  });

  test.each<[string, string]>([
    ['', 'the body is empty'],
    ['{"type":', 'the body is not valid JSON'],
    ['\u00ff', 'the body is not valid JSON'],
  ])('the body %j is 400', async (body, error) => {
    const { deliver } = await ingesting();
    const reply = await deliver(body);
    expect([reply.status, reply.body]).toEqual([400, { error }]);
  });

  test('no body at all is 400', async () => {
    const { service } = await ingesting();
    const { statusCode } = await service.inject({ method: 'POST', url: '/v1/deliver', headers: BEARER });
    expect(statusCode).toBe(400);
  });

  test('bytes that are not UTF-8 are 400: replacement characters could make two ids equal', async () => {
    const { service } = await ingesting();
    const payload = Buffer.from('{"type":"track","event":"\u00e9","userId":"u"}', 'latin1');
    const reply = await service.inject({ method: 'POST', url: '/v1/deliver', headers: BEARER, payload });
    expect([reply.statusCode, reply.json()]).toEqual([400, { error: 'the body is not valid UTF-8' }]);
  });

  test('a body that is too large is 413', async () => {
    const { deliver } = await ingesting({ maxBodyBytes: 100 });
    expect((await deliver('x'.repeat(101))).status).toBe(413);
  });

  test('more messages than may wait are 413, and none is sent', async () => {
    const { deliver, events } = await ingesting({ router: { maxPending: 3 } });
    const reply = await deliver([track(), { batch: [track(), track(), track()] }]);
    expect([reply.status, reply.body.error]).toEqual([413, expect.stringContaining('more than 3 messages')]);
    expect(events()).toBe(0);
    expect((await deliver([track(), track(), track()])).status).toBe(200);
  });
});

describe('packed bodies', () => {
  const post = async (
    payload: Buffer,
    encoding: string,
    options: ServiceOptions = {},
    type = 'application/json',
  ) => {
    const here = await ingesting(options);
    const headers = { ...BEARER, 'content-encoding': encoding, 'content-type': type };
    const reply = await here.service.inject({ method: 'POST', url: '/v1/deliver', headers, payload });
    return { ...here, status: reply.statusCode, body: reply.json() as Json };
  };
  const packed = gzipSync(JSON.stringify([track(), track()]));

  test.each(['gzip', 'GZIP', 'x-gzip'])('%s is unpacked', async (encoding) => {
    expect(await post(packed, encoding)).toMatchObject({ status: 200, body: { delivered: 2 } });
  });

  test('gzip of several members and of lines is unpacked too', async () => {
    const lines = [track(), track()].map((message) => gzipSync(`${JSON.stringify(message)}\n`));
    const { status, body } = await post(Buffer.concat(lines), 'gzip', {}, 'application/x-ndjson');
    expect([status, body.delivered]).toEqual([200, 2]);
  });

  test('identity is no packing', async () => {
    expect(await post(Buffer.from('[]'), 'identity')).toMatchObject({ status: 200 });
  });

  test.each(['br', 'deflate', 'zstd', 'gzip, gzip'])('%s is 415', async (encoding) => {
    expect(await post(packed, encoding)).toMatchObject({
      status: 415,
      body: { error: 'Content-Encoding: expected gzip or none' },
    });
  });

  test.each([
    ['cut off', packed.subarray(0, -5)],
    ['damaged', Buffer.concat([packed.subarray(0, 20), Buffer.alloc(40, 7), packed.subarray(20)])],
    ['none', Buffer.from('{"a":1}')],
  ])('gzip that is %s is 400', async (_, payload) => {
    expect(await post(payload, 'gzip')).toMatchObject({
      status: 400,
      body: { error: 'the body is not valid gzip' },
    });
  });

  test('gzip that unpacks to more than a body may have is 413, and gives its memory back', async () => {
    const bomb = gzipSync(Buffer.alloc(5_000_000, ' '));
    const { status, get } = await post(bomb, 'gzip', { maxBodyBytes: 1_000_000 });
    expect(status).toBe(413);
    expect((await get('/metrics')).text).toMatch(/^gainsight_px_body_bytes 0$/m);
  });

  test('a connection that breaks within gzip gives its memory back', async () => {
    const { service, get } = await ingesting();
    const { port } = await service.listen({ port: 0 });
    const request = http.request({
      port,
      method: 'POST',
      path: '/v1/deliver',
      headers: { ...BEARER, 'content-encoding': 'gzip', 'content-length': 10_000 },
    });
    request.on('error', () => undefined);
    request.write(packed.subarray(0, 20));
    const held = async (): Promise<boolean> => !(await get('/metrics')).text.includes('px_body_bytes 0');
    await until(held);
    request.destroy();
    await until(async () => !(await held()));
  });
});

describe('what is answered', () => {
  const BAD = { type: 'track', userId: 'u' };

  test('a message that is refused for good fails none of its neighbours: 207, with an outcome for each', async () => {
    const { deliver, events } = await ingesting();
    const { status, body, headers } = await deliver({ batch: [withId('m1'), withId('m2', BAD), 5, track()] });
    expect(status).toBe(207);
    expect(headers['retry-after']).toBeUndefined();
    expect(body).toEqual({
      messages: 4,
      delivered: 2,
      skipped: 0,
      rejected: 2,
      retry: 0,
      outcomes: [
        { index: 0, at: 'batch[0]', messageId: 'm1', status: 200 },
        {
          index: 1,
          at: 'batch[1]',
          messageId: 'm2',
          status: 400,
          code: 'event_name_missing',
          error: expect.any(String) as string,
          retryable: false,
        },
        expect.objectContaining({ index: 2, at: 'batch[2]', status: 400, code: 'event_not_object' }),
        { index: 3, at: 'batch[3]', status: 200 },
      ],
    });
    expect(events()).toBe(2);
  });

  test.each([
    ['one', BAD],
    ['all', [BAD, 5]],
  ])('%s refused for good is 422, for the dead letters of an engine', async (_, body) => {
    const { deliver } = await ingesting();
    const reply = await deliver(body);
    expect([reply.status, reply.body.delivered, reply.headers['retry-after']]).toEqual([422, 0, undefined]);
  });

  test('skipped messages are done', async () => {
    const { deliver } = await ingesting();
    const off = { ...track(), integrations: { 'Gainsight PX': false } };
    const { status, body } = await deliver([off, { type: 'page', userId: 'u' }]);
    expect([status, body]).toEqual([200, { messages: 2, delivered: 0, skipped: 2, rejected: 0, retry: 0 }]);
    const mixed = await deliver([off, BAD]);
    expect(mixed.status).toBe(207);
    expect(mixed.body.outcomes[0]).toMatchObject({ status: 200, code: 'switched_off' });
  });

  test.each([
    [429, {}, 429, 1],
    [429, { 'retry-after': '17' }, 429, 17],
    [503, { 'retry-after': '40' }, 503, 40],
    [500, {}, 503, 1],
  ])('PX answers %d %j: %d, try again after %d s', async (px, headers, status, after) => {
    const { deliver } = await scripted((name) => (name === 'bad' ? answer(px, headers) : CREATED()));
    const reply = await deliver([track('u', 'good'), track('v', 'bad')]);
    expect([reply.status, reply.headers['retry-after']]).toEqual([status, String(after)]);
    expect(reply.body).toMatchObject({
      delivered: 1,
      retry: 1,
      outcomes: [{ status: 200 }, { retryable: true }],
    });
  });

  test("the day's quota is 429 with a long wait", async () => {
    const { deliver } = await ingesting({ router: { requestsPerDay: 1 } });
    const { status, headers, body } = await deliver([track(), track('v')]);
    expect([status, headers['retry-after']]).toEqual([429, '600']);
    expect(body.outcomes).toMatchObject([{ status: 200 }, { status: 429, code: 'daily_quota_reached' }]);
  });

  test('throttled and unavailable together are 503', async () => {
    const { deliver } = await scripted((name) => answer(name === 'a' ? 429 : 500));
    expect((await deliver([track('u', 'a'), track('v', 'b')])).status).toBe(503);
  });

  test('a failure that may pass holds back later messages of its user, and of no other', async () => {
    const { deliver, sent } = await scripted((name) => (name === 'first' ? answer(500) : CREATED()));
    const { status, body } = await deliver([track('u', 'first'), track('u', 'second'), track('v', 'other')]);
    expect(status).toBe(503);
    expect(body.outcomes).toMatchObject([
      { code: 'unavailable', retryable: true },
      { code: 'blocked', retryable: true },
      { status: 200 },
    ]);
    expect(sent).not.toContain('second');
  });

  test.each([401, 403])('a key that PX refuses with %d drops nothing: 503', async (px) => {
    const { deliver } = await scripted(() => answer(px));
    const { status, body } = await deliver([track(), track('v')]);
    expect(status).toBe(503);
    expect(body.outcomes).toMatchObject([
      { code: 'denied', retryable: true },
      { code: 'denied', retryable: true },
    ]);
  });

  test('a 403 beside a message that PX takes on the same route is about the message', async () => {
    const { deliver } = await scripted((name) => (name === 'blocked' ? answer(403) : CREATED()));
    const { status, body } = await deliver([track('u', 'good'), track('v', 'blocked')]);
    expect(status).toBe(207);
    expect(body.outcomes).toMatchObject([{ status: 200 }, { code: 'denied', retryable: false }]);
  });

  test('a missing user makes no request come again: it may never come', async () => {
    const config = { ...CONFIG, missingUserOnGroup: 'fail' as const };
    const { deliver } = await ingesting({ ingest: { ...INGEST, config } });
    const { status, body } = await deliver([track(), group('nobody')]);
    expect(status).toBe(207);
    expect(body.outcomes[1]).toMatchObject({ code: 'user_not_found', retryable: true });
  });

  test('nothing is logged or counted by what a message says', async () => {
    const { deliver, logged, get } = await ingesting();
    await deliver([identify('ada@example.com', { email: 'ada@example.com' }), BAD]);
    const { text } = await get('/metrics');
    expect(text).toContain('events_total{route="deliver",type="identify",outcome="delivered"} 1');
    expect(text).toContain(
      'event_reasons_total{route="deliver",outcome="dropped",code="event_name_missing"} 1',
    );
    expect(logged()).toContain('"events":{"delivered":1,"dropped":1}');
    for (const shown of [text, logged()]) {
      for (const secret of ['ada@', TOKEN, KEY]) expect(shown).not.toContain(secret);
    }
  });

  test("the service's defaults hold for these messages too", async () => {
    const { deliver, events } = await ingesting({ configDefaults: { pageEvents: true } });
    expect((await deliver({ type: 'page', userId: 'u' })).body.delivered).toBe(1);
    expect(events()).toBe(1);
  });

  test('in delivery mode, these messages are delivered at once all the same', async () => {
    const { deliver, events } = await ingesting({ mode: 'delivery' });
    await deliver(track());
    expect(events()).toBe(1);
  });
});

describe('a request that comes again', () => {
  const failingOnce = () => {
    let left = 2; // as many attempts as the service makes
    return (name: string): Response => (name === 'late' && (left -= 1) >= 0 ? answer(500) : CREATED());
  };

  test.each([
    ['with ids', (event: string, user = 'u') => withId(`id of ${event}`, track(user, event))],
    ['without ids', (event: string, user = 'u') => track(user, event)],
  ])('sends no event %s twice', async (_, message) => {
    const { deliver, sent } = await scripted(failingOnce());
    const batch = { batch: [message('a'), message('b', 'v'), message('late', 'w'), message('c')] };
    expect((await deliver(batch)).status).toBe(503);
    expect((await deliver(batch)).status).toBe(200);
    expect(sent.sort()).toEqual(['a', 'b', 'c', 'late', 'late', 'late']);
  });

  test('one with ids is answered from memory also after it was delivered', async () => {
    const { deliver, sent } = await scripted(CREATED);
    await deliver(withId('m1'));
    expect((await deliver([withId('m1')])).body.delivered).toBe(1);
    expect(sent).toHaveLength(1);
  });

  test('the same id with other content is another message', async () => {
    const { deliver, sent } = await scripted(CREATED);
    await deliver(withId('m1', track('u', 'a')));
    await deliver(withId('m1', track('u', 'b')));
    expect(sent).toEqual(['a', 'b']);
  });

  test('equal messages without an id are different ones, in one request and in two', async () => {
    const { deliver, sent } = await scripted(CREATED);
    expect((await deliver([track(), track()])).status).toBe(200);
    await deliver([track()]);
    expect(sent).toHaveLength(3);
  });

  test('equal messages without an id in a request that comes again are sent once each', async () => {
    const { deliver, sent } = await scripted(failingOnce());
    const batch = [track('u', 'a'), track('u', 'a'), track('w', 'late')];
    await deliver(batch);
    expect((await deliver(batch)).body.delivered).toBe(3);
    expect(sent.filter((name) => name === 'a')).toHaveLength(2);
    // It was answered for good, so the next one is new.
    await deliver(batch);
    expect(sent.filter((name) => name === 'a')).toHaveLength(4);
  });

  test('an update that came after one that is sent again is sent again, too', async () => {
    let left = 2;
    const { deliver, sent } = await scripted((_name, route) => {
      if (!route.includes('/accounts/')) return CREATED();
      return (left -= 1) >= 0 ? answer(500) : CREATED();
    });
    const batch = [
      withId('g1', group('u', 'acme', { plan: 'old' })),
      withId('g2', group('v', 'acme', { plan: 'new' })),
    ];
    expect((await deliver(batch)).body.outcomes).toMatchObject([{ status: 500 }, { status: 200 }]);
    const before = sent.length;
    expect((await deliver(batch)).status).toBe(200);
    // Both write the account: the older one, and the newer one after it.
    expect(sent.slice(before)).toHaveLength(4);
  });

  test('when the sender goes before the answer, what was delivered without an id is not sent again', async () => {
    const { service, sent, release, sends, get } = await gated({ ingest: INGEST });
    const { port } = await service.listen({ port: 0 });
    const post = (body: unknown): http.ClientRequest => {
      const request = http.request({
        port,
        method: 'POST',
        path: '/v1/deliver',
        headers: BEARER,
        agent: false,
      });
      request.on('error', () => undefined);
      request.end(JSON.stringify(body));
      return request;
    };
    const body = [track('u', 'a')];
    const first = post(body);
    await sends(1);
    first.destroy();
    await until(async () => (await get('/metrics')).text.includes('px_body_bytes 0'));
    release();
    await calm();
    const status = new Promise((resolve) => {
      post(body).on('response', (reply) => {
        resolve(reply.resume().statusCode);
      });
    });
    expect(await status).toBe(200);
    expect(sent).toHaveLength(1);
  });
});

describe('in time', () => {
  test('a request is answered at its deadline; what hangs is to be sent again, and runs on', async () => {
    const clock = new FakeClock();
    const waiting: (() => void)[] = [];
    const { deliver, sent } = await scripted(
      (name) =>
        name === 'hangs' ? new Promise((resolve) => waiting.push(() => resolve(CREATED()))) : CREATED(),
      { ingest: { ...INGEST, deadlineMs: 5_000 }, router: { clock } },
    );
    const batch = [track('u', 'quick'), track('v', 'hangs'), track('v', 'behind')];
    const { status, body } = await finish(clock, deliver(batch));
    expect(clock.nowMs()).toBe(5_000);
    expect(status).toBe(503);
    expect(body.outcomes).toMatchObject([
      { status: 200 },
      { status: 504, code: 'unreachable', error: 'not finished within 5000 ms', retryable: true },
      { retryable: true },
    ]);
    for (const letGo of waiting) letGo();
    await calm();
    expect((await finish(clock, deliver(batch))).status).toBe(200);
    expect(sent.sort()).toEqual(['behind', 'hangs', 'quick']);
  });

  test('the usual deadline is shorter than the ten seconds that SDKs wait', async () => {
    const clock = new FakeClock();
    let end = (): void => undefined;
    const hanging = new Promise<Response>((resolve) => {
      end = () => {
        resolve(CREATED());
      };
    });
    const { deliver } = await scripted(() => hanging, { router: { clock } });
    expect((await finish(clock, deliver(track()))).status).toBe(503);
    expect(clock.nowMs()).toBe(8_000);
    end();
  });

  test('while too many messages wait, a request is 503 at once, and none of it is sent', async () => {
    const { post, release, sends, sent } = await gated({ ingest: INGEST, router: { maxPending: 2 } });
    const first = post(
      '/v1/deliver',
      ['a', 'b'].map((title) => identify(title, { title })),
      BEARER,
    );
    await sends(2);
    const { status, body, headers } = await post('/v1/deliver', identify('c', { title: 'c' }), BEARER);
    expect([status, body.code, headers['retry-after']]).toEqual([503, 'overloaded', '1']);
    release();
    expect((await first).status).toBe(200);
    const again = post('/v1/deliver', identify('c', { title: 'c' }), BEARER);
    await sends(3);
    release();
    expect((await again).status).toBe(200);
    expect(sent).toEqual(['a', 'b', 'c']);
  });
});
