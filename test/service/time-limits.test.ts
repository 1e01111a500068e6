import { FakeClock } from '../__mocks__/clock.fake';
import type { ServiceOptions } from '../../src/service/index';
import {
  cleanUp,
  CONFIG,
  identify,
  job,
  statuses,
  track,
  world,
  type Answer,
  type Json,
} from './running-service';
import { calm, finish } from './waiting';

/** When a request is answered, told by a clock that tests move. */
afterEach(cleanUp);

const PROXY = '/v1/destinations/gainsight_px/proxy';
const PROCESSOR = '/v0/destinations/gainsight_px';
type Px = (id: string, atMs: number) => Response | 'hang';
const OK = (): Response => new Response(null, { status: 204 });
const wait = (seconds: number, status = 429): Response =>
  new Response(null, { status, headers: { 'retry-after': String(seconds) } });

/** A world on a clock; PX answers as `px` says, and `sent` tells whose requests were sent when. */
async function clocked(px: Px, { router, ...options }: ServiceOptions = {}) {
  const clock = new FakeClock();
  const sent: [string, number][] = [];
  const here = await world({
    ...options,
    router: { clock, maxAttempts: 1_000, maxPlanTimeMs: Infinity, requestTimeoutMs: 9_000, ...router },
    fetch: (url, { body, signal }) => {
      const { identifyId } = JSON.parse(body!) as Json;
      const id = String(identifyId ?? url.split('/').at(-1));
      sent.push([id, clock.nowMs()]);
      const answer = px(id, clock.nowMs());
      if (answer !== 'hang') return Promise.resolve(answer);
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          reject(signal.reason as Error);
        });
      });
    },
  });
  return { ...here, clock, sent };
}

describe('inline mode', () => {
  const some = (...ids: string[]) => ids.map((id, at) => job(at, identify(id), { userId: `key of ${id}` }));

  test('a batch is answered one request’s time after its deadline at the latest, and what hangs holds up nobody else', async () => {
    const px: Px = (id) => (id === 'stuck' ? 'hang' : OK());
    const { route, clock, sent } = await clocked(px, { transformDeadlineMs: 60_000 });
    const events = [
      ...some('stuck', 'u2', 'u3'),
      job(4, track('stuck'), { userId: 'key 4' }),
      job(5, track('u5'), { userId: 'key of stuck' }),
    ];
    const items = await finish(clock, route(events));
    expect(statuses(items)).toEqual([504, 299, 299, 503, 503]);
    expect(clock.nowMs()).toBeGreaterThan(60_000);
    expect(clock.nowMs()).toBeLessThanOrEqual(60_000 + 9_000);
    expect(sent.filter(([id]) => id !== 'stuck')).toEqual([
      ['u2', 0],
      ['u3', 0],
    ]);
  });

  test('a whole batch of plans that hang delays no other batch', async () => {
    const { route, clock } = await clocked((id) => (id.startsWith('stuck') ? 'hang' : OK()));
    const stuck = route(some(...Array.from({ length: 20 }, (_, at) => `stuck${at}`)));
    await calm();
    expect(statuses(await route([job(30, identify('u3'), { userId: 'key 30' })]))).toEqual([299]);
    expect(clock.nowMs()).toBe(0);
    expect(statuses(await finish(clock, stuck))).toEqual(Array(20).fill(504));
  });

  test('a copy of a batch that hangs is answered by its own deadline', async () => {
    const { route, clock, sent } = await clocked(() => 'hang', { transformDeadlineMs: 60_000 });
    const first = route(some('stuck'));
    await calm();
    await clock.advance(30_000);
    const copy = route(some('stuck'));
    expect(statuses(await finish(clock, copy))).toEqual([504]);
    expect(clock.nowMs()).toBeLessThanOrEqual(30_000 + 60_000 + 9_000);
    expect(statuses(await first)).toEqual([504]);
    expect(sent.length).toBeLessThan(10);
  });

  test('the item says 429 as soon as PX asks for a wait that is longer than the time left; the status of the answer stays 200', async () => {
    const { post, clock } = await clocked(() => wait(61), {
      transformDeadlineMs: 60_000,
      router: { backoffMaxMs: 1_000_000 },
    });
    await clock.advance(100_000);
    const answer = await post('/routerTransform', { input: some('u1', 'u2'), destType: 'gainsight_px' });
    expect(answer.status).toBe(200);
    const items = answer.body.output as Json[];
    expect(statuses(items)).toEqual([429, 429]);
    expect(items[0]!.statTags).toMatchObject({ errorType: 'throttled' });
    expect(clock.nowMs()).toBe(100_000);
  });

  test('a wait that is not longer is waited for', async () => {
    const px: Px = (_id, atMs) => (atMs < 20_000 ? wait(20) : OK());
    const { route, clock } = await clocked(px, { transformDeadlineMs: 60_000 });
    expect(statuses(await finish(clock, route(some('u1', 'u2'))))).toEqual([299, 299]);
    expect(clock.nowMs()).toBe(20_000);
  });

  test('what is left of the time counts, not the whole of it', async () => {
    const px: Px = (_id, atMs) => wait(atMs === 0 ? 25 : 26);
    const { route, clock } = await clocked(px, { transformDeadlineMs: 50_000 });
    expect(statuses(await finish(clock, route(some('u1'))))).toEqual([429]);
    expect(clock.nowMs()).toBe(25_000);
  });

  test('a job that waits behind one that PX asks to wait is answered 429, too', async () => {
    const { route, clock } = await clocked(() => wait(25), { transformDeadlineMs: 50_000 });
    const first = route(some('u1'));
    await calm();
    await clock.advance(10);
    const next = route([job(9, track('u1'), { userId: 'key 9' })]);
    expect(statuses(await finish(clock, first))).toEqual([429]);
    expect(statuses(await finish(clock, next))).toEqual([429]);
  });

  test('on the processor route it is the 503 that makes the host wait', async () => {
    const { post, clock } = await clocked(() => wait(61), { transformDeadlineMs: 60_000 });
    const answer = await post(PROCESSOR, some('u1'));
    expect(answer).toMatchObject({ status: 503, headers: { 'x-rudder-should-retry': 'true' } });
    expect(answer.headers['x-rudder-error-reason']).toBe('throttled');
    expect(clock.nowMs()).toBe(0);
  });
});

describe('the delivery proxy', () => {
  /** Calls for events of these users. */
  async function calls(px: Px, ...ids: string[]) {
    const here = await clocked(px, { mode: 'delivery', router: { backoffMaxMs: 1_000_000 } });
    const items = await here.route(ids.map((id, at) => job(at, track(id), { userId: `k${at}` })));
    const bodies = items.map((item, jobId) => ({
      ...(item.batchedRequest as Json),
      metadata: [{ jobId }],
      destinationConfig: CONFIG,
    }));
    const call = (at = 0, timeoutMs = 10_000): Promise<Answer> =>
      here.post(PROXY, bodies[at], { 'rdproxy-timeout': String(timeoutMs) });
    return { ...here, bodies, call };
  }
  const statusOf = ({ body }: Answer): unknown => (body.output.response as Json[])[0]!.statusCode;

  test('a 429 whose Retry-After is longer than the time left is answered 429, at once', async () => {
    const { call, bodies, post, clock } = await calls(() => wait(11), 'u1');
    expect(statusOf(await call())).toBe(429);
    const v0 = await post('/v0/destinations/gainsight_px/proxy', { ...bodies[0], metadata: { jobId: 7 } });
    expect(v0.status).toBe(429);
    expect(clock.nowMs()).toBe(0);
  });

  test('so is one that is shorter, once it does not fit any longer', async () => {
    const { call, clock } = await calls(() => wait(6), 'u1');
    expect(statusOf(await finish(clock, call()))).toBe(429);
    expect(clock.nowMs()).toBe(6_000);
  });

  test('what fits is waited for', async () => {
    const { call, clock } = await calls((_id, atMs) => (atMs < 6_000 ? wait(6) : OK()), 'u1');
    expect(statusOf(await finish(clock, call()))).toBe(200);
  });

  test('a 429 without Retry-After at the end of the time is a 429', async () => {
    const px: Px = () => new Response(null, { status: 429 });
    const { call, clock } = await calls(px, 'u1');
    // Otherwise it would be sent again and again without any time passing.
    const random = jest.spyOn(Math, 'random').mockReturnValue(0.5);
    expect(statusOf(await finish(clock, call()))).toBe(429);
    random.mockRestore();
  });

  test('one of the same user that waits for it is answered 429', async () => {
    const { call, clock } = await calls(() => wait(20), 'u1', 'u1');
    const first = call(0, 30_000);
    await calm();
    const second = call(1);
    expect(statusOf(await finish(clock, second))).toBe(429);
    expect(clock.nowMs()).toBe(10_000);
    expect(statusOf(await finish(clock, first))).toBe(429);
    expect(clock.nowMs()).toBe(20_000);
  });

  test('one that waits for a request that hangs is answered 504', async () => {
    const { call, clock } = await calls(() => 'hang', 'u1', 'u1');
    const both = [call(0), call(1)];
    expect((await finish(clock, Promise.all(both))).map(statusOf)).toEqual([504, 504]);
    expect(clock.nowMs()).toBe(10_000);
    // Ends the request in flight.
    await clock.advance(9_000);
  });
});
