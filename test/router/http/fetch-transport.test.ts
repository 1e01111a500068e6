import nock from 'nock';
import { PX_API } from '../../../src/destinations/gainsight_px/api/px-answers';
import { createFetchTransport } from '../../../src/router/http/fetch-transport';
import { systemClock } from '../../../src/runtime/clock';
import type { Fetch } from '../../../src/router';
import type { AttemptResult } from '../../../src/router/http/transport';
import { FakeClock } from '../../__mocks__/clock.fake';
import { API_KEY, identifyPlan, readPlan, trackPlan } from '../plans';

const send = createFetchTransport({
  api: PX_API,
  fetch: globalThis.fetch,
  clock: systemClock,
  requestTimeoutMs: 10_000,
  maxAnswerBytes: 65_536,
});
const event = trackPlan('u1').steps[0].request;
const px = (): nock.Scope => nock('https://px.test');

beforeAll(() => {
  nock.disableNetConnect();
});
afterEach(() => {
  const unused = nock.pendingMocks();
  nock.cleanAll();
  expect(unused).toEqual([]);
});
afterAll(() => {
  nock.enableNetConnect();
  nock.restore();
});

describe('a request is sent as it is described', () => {
  it('with method, path, headers and JSON body, and nothing else of ours', async () => {
    const headers: Record<string, unknown> = {};
    px()
      .post('/v1/events/custom', { identifyId: 'u1', eventName: 'clicked' })
      .matchHeader('x-aptrinsic-api-key', API_KEY)
      .matchHeader('content-type', 'application/json')
      .reply(function () {
        Object.assign(headers, this.req.headers);
        return [201, '{}'];
      });
    expect(await send(event)).toMatchObject({ status: 201, html: false, summary: '' });
    expect(Object.keys(headers).filter((name) => name.startsWith('x-'))).toEqual(['x-aptrinsic-api-key']);
  });

  it('an encoded id stays encoded', async () => {
    const { request } = identifyPlan('a%2Cb%20c').steps[0];
    px().put('/v1/users/a%2Cb%20c', { email: 'a%2Cb%20c@px.test' }).reply(204);
    expect(await send(request)).toMatchObject({ status: 204, text: '' });
  });

  it('a read has no body', async () => {
    px()
      .get('/v1/user/preferences/u1', (body) => body === '')
      .reply(200, { surveys: false });
    expect(await send(readPlan('u1').steps[0].request, true)).toMatchObject({
      status: 200,
      text: '{"surveys":false}',
    });
  });

  it('a redirect is not followed: it would carry the key elsewhere', async () => {
    px().post('/v1/events/custom').reply(302, '', { location: 'https://elsewhere.test/' });
    expect(await send(event)).toMatchObject({ status: 302 });
  });
});

describe('an answer is read with suspicion', () => {
  it.each([
    ['by its type', 'oops', 'text/html; charset=utf-8', true],
    ['by its first character', '\n <html><title>502</title>', 'application/json', true],
    ['not for angle brackets inside', '{"message":"<b>"}', 'application/json', false],
  ])('HTML is known %s', async (_, body, type, html) => {
    px().post('/v1/events/custom').reply(502, body, { 'content-type': type });
    expect(await send(event)).toMatchObject({ status: 502, html });
  });

  it('Retry-After is told in milliseconds', async () => {
    px().post('/v1/events/custom').reply(429, '', { 'retry-after': '3' });
    expect(await send(event)).toMatchObject({ status: 429, retryAfterMs: 3_000 });
  });

  it('a huge body is read to 64 KB, and the rest is cancelled', async () => {
    let pulled = 0;
    const cancelled = jest.fn();
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled += 1;
        controller.enqueue(new Uint8Array(10_000).fill(97));
      },
      cancel: cancelled,
    });
    const fetch: Fetch = () => Promise.resolve(new Response(endless, { status: 500 }));
    const exchange = await createFetchTransport({
      api: PX_API,
      fetch,
      clock: new FakeClock(),
      requestTimeoutMs: 1_000,
      maxAnswerBytes: 65_536,
    })(event);

    expect(exchange.text).toBe('');
    expect(exchange.summary.length).toBeLessThan(310);
    expect(pulled).toBeLessThan(10);
    expect(cancelled).toHaveBeenCalledTimes(1);
  });

  it('a key in the answer is not in what is said of it', async () => {
    px()
      .post('/v1/events/custom')
      .reply(400, { externalapierror: { message: `bad key ${API_KEY}` } });
    const exchange = await send(event);
    expect(exchange.summary).toBe('"bad key [redacted]"');
  });
});

describe('a transport error is told by its code, never by its message', () => {
  it.each(['ECONNRESET', 'ECONNREFUSED', 'UND_ERR_SOCKET'])('%s', async (code) => {
    px()
      .post('/v1/events/custom')
      .replyWithError(Object.assign(new Error(`header ${API_KEY}`), { code }));
    const exchange = await send(event);
    expect(exchange).toMatchObject({ errorCode: code, html: false });
    expect(exchange.status).toBeUndefined();
    expect(JSON.stringify(exchange)).not.toContain(API_KEY);
  });

  it('UNKNOWN where there is no code, as for a header that is not allowed', async () => {
    const request = { ...event, headers: { 'X-APTRINSIC-API-KEY': 'a\nb' } };
    expect(await send(request)).toMatchObject({ errorCode: 'UNKNOWN' });
  });

  it('UNKNOWN where the code is a text, which can hold anything', async () => {
    const fetch: Fetch = () => Promise.reject(Object.assign(new Error(), { code: `bad header ${API_KEY}` }));
    const transport = createFetchTransport({
      api: PX_API,
      fetch,
      clock: new FakeClock(),
      requestTimeoutMs: 1,
      maxAnswerBytes: 65_536,
    });
    expect(await transport(event)).toMatchObject({ errorCode: 'UNKNOWN' });
  });

  it('also when fetch throws instead of rejecting', async () => {
    const fetch: Fetch = () => {
      throw new Error(API_KEY);
    };
    const clock = new FakeClock();
    const exchange = await createFetchTransport({
      api: PX_API,
      fetch,
      clock,
      requestTimeoutMs: 1,
      maxAnswerBytes: 65_536,
    })(event);
    expect(exchange).toMatchObject({ errorCode: 'UNKNOWN' });
    expect(clock.waiting).toBe(0);
  });
});

describe('an attempt has a time limit', () => {
  async function attempt(fetch: Fetch): Promise<AttemptResult> {
    const clock = new FakeClock();
    return clock.runUntil(
      createFetchTransport({ api: PX_API, fetch, clock, requestTimeoutMs: 700, maxAnswerBytes: 65_536 })(
        event,
      ),
    );
  }

  it('for the answer', async () => {
    let signal: AbortSignal | undefined;
    const exchange = await attempt((_, init) => {
      signal = init.signal!;
      return new Promise(() => undefined);
    });
    expect(exchange).toMatchObject({ errorCode: 'TIMEOUT', durationMs: 700 });
    expect(exchange.status).toBeUndefined();
    expect(signal?.aborted).toBe(true);
  });

  it('and for its body: the status is known, the rest is not', async () => {
    const exchange = await attempt(() =>
      Promise.resolve(new Response(new ReadableStream({}), { status: 404 })),
    );
    expect(exchange).toMatchObject({ status: 404, errorCode: 'TIMEOUT', durationMs: 700 });
  });
});
