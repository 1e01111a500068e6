import { backoffMs } from '../../src/router/limits/retry';
import { parseRetryAfter } from '../../src/router/limits/retry';
import { identifyPlan, trackPlan } from './plans';
import { failure, setUp } from './setup';

describe('what may pass is tried again', () => {
  it.each([
    { status: 408 },
    { status: 429 },
    { status: 500 },
    { status: 502, body: '' },
    { status: 503, body: '<html></html>' },
    { status: 404, body: '<html></html>' },
    { status: 302, headers: { location: 'https://elsewhere.test' } },
    { error: 'ECONNRESET' },
    {},
  ])('%p', async (first) => {
    const { clock, px, router } = setUp([first, { status: 204 }]);
    const outcome = await clock.runUntil(router.deliver(identifyPlan('u1')));

    expect(outcome).toMatchObject({ delivered: true, retries: 1 });
    expect(px.sent.map(({ url }) => url)).toEqual(Array(2).fill('https://px.test/v1/users/u1'));
  });

  it('with waits that grow twofold, each random up to its length', async () => {
    const { clock, px, router } = setUp([{ status: 500 }], { maxAttempts: 4, backoffBaseMs: 1_000 });
    await clock.runUntil(router.deliver(trackPlan('u1')));

    expect(px.sent.map(({ atMs }) => atMs)).toEqual([0, 500, 1_500, 3_500]);
    const settings = { backoffBaseMs: 1_000, backoffMaxMs: 3_000 };
    expect(backoffMs({ ...settings, random: () => 0 }, 1)).toBe(0);
    expect(backoffMs({ ...settings, random: () => 0.999 }, 1)).toBe(999);
    expect(backoffMs({ ...settings, random: () => 0.999 }, 50)).toBe(2_997);
  });

  it('as late as Retry-After asks, in seconds', async () => {
    const { clock, px, router } = setUp([{ status: 429, headers: { 'retry-after': '7' } }, { status: 201 }]);
    await clock.runUntil(router.deliver(trackPlan('u1')));
    expect(px.sent.map(({ atMs }) => atMs)).toEqual([0, 7_000]);
  });

  it('as late as Retry-After asks, as a date, by the wall clock', async () => {
    const headers = { 'retry-after': 'Mon, 01 Jan 2024 00:00:03 GMT' };
    const { clock, px, router } = setUp([{ status: 503, headers }, { status: 201 }]);
    await clock.runUntil(router.deliver(trackPlan('u1')));
    expect(px.sent.map(({ atMs }) => atMs)).toEqual([0, 3_000]);
  });

  it('never before the time that an answer asked for: a longer wait than the longest ends the plan as retryable', async () => {
    const { clock, px, router } = setUp(
      [{ status: 429, headers: { 'retry-after': '3600' } }, { status: 201 }],
      { backoffMaxMs: 5_000 },
    );
    const outcome = failure(await clock.runUntil(router.deliver(trackPlan('u1'))));
    expect(px.sent).toHaveLength(1);
    expect(outcome).toMatchObject({ kind: 'throttled', code: 'throttled', retryable: true, status: 429 });
  });
});

describe('what does not pass in time is reported as retryable, never dropped', () => {
  it.each([
    [{ status: 429 }, 'throttled', 'throttled', 429],
    [{ status: 502, body: '' }, 'retryable', 'unavailable', 502],
    [{ error: 'ECONNRESET' }, 'retryable', 'unreachable', undefined],
  ])('%p after the last attempt', async (answer, kind, code, status) => {
    const { clock, px, router } = setUp([answer], { maxAttempts: 3 });
    const outcome = failure(await clock.runUntil(router.deliver(trackPlan('u1'))));

    expect(px.sent).toHaveLength(3);
    expect(outcome).toMatchObject({ kind, code, retryable: true, retries: 2 });
    expect(outcome.status).toBe(status);
    expect(outcome.message).toMatch(/^given up after 3 attempts: events\.create \(step createEvent\)/);
  });

  it('each step has its own attempts', async () => {
    const { clock, px, router } = setUp(
      [{ status: 500 }, { status: 404 }, { status: 500 }, { status: 201 }],
      { maxAttempts: 2 },
    );
    expect(await clock.runUntil(router.deliver(identifyPlan('u1')))).toMatchObject({
      delivered: true,
      retries: 2,
    });
    expect(px.sent).toHaveLength(4);
  });

  it('a plan that has taken its time in requests and waits', async () => {
    const { clock, px, router } = setUp([{ status: 500, latencyMs: 4_000 }], {
      maxAttempts: 100,
      maxPlanTimeMs: 10_000,
      backoffBaseMs: 0,
    });
    expect(await clock.runUntil(router.deliver(trackPlan('u1')))).toMatchObject({ code: 'unavailable' });
    expect(px.sent.map(({ atMs }) => atMs)).toEqual([0, 4_000, 8_000]);
  });

  it('a plan that has taken its time in waits alone', async () => {
    const { clock, px, router } = setUp([{ status: 429, headers: { 'retry-after': '4' } }], {
      maxAttempts: 100,
      maxPlanTimeMs: 10_000,
    });
    expect(await clock.runUntil(router.deliver(trackPlan('u1')))).toMatchObject({ code: 'throttled' });
    expect(px.sent.map(({ atMs }) => atMs)).toEqual([0, 4_000, 8_000]);
  });

  it('a wait that would take the plan beyond its time is not begun', async () => {
    const { clock, router } = setUp([{ status: 429, headers: { 'retry-after': '20' } }], {
      maxPlanTimeMs: 10_000,
    });
    expect(await clock.runUntil(router.deliver(trackPlan('u1')))).toMatchObject({ kind: 'throttled' });
    expect(clock.nowMs()).toBe(0);
  });

  it('but the time that a plan waits for its turn does not count', async () => {
    const { clock, router } = setUp((_, index) => ({ status: index < 4 ? 500 : 201, latencyMs: 9_000 }), {
      maxPlanTimeMs: 20_000,
      concurrency: 1,
      backoffBaseMs: 0,
    });
    const outcomes = ['u1', 'u2', 'u3', 'u4'].map((user) => router.deliver(trackPlan(user)));
    const all = await clock.runUntil(Promise.all(outcomes));
    expect(all.map(({ delivered }) => delivered)).toEqual([true, true, true, true]);
  });
});

describe('Retry-After is read strictly', () => {
  const nowMs = Date.UTC(2024, 0, 1);
  it.each([
    ['0', 0],
    [' 12 ', 12_000],
    ['Mon, 01 Jan 2024 00:01:00 GMT', 60_000],
    ['Sun, 31 Dec 2023 00:00:00 GMT', 0],
    ['Monday, 01-Jan-24 00:01:00 GMT', 60_000],
    ['Mon Jan  1 00:01:00 2024', 60_000],
    ['Mon Jan 11 00:00:00 2024', 864_000_000],
    ['5, 7,6', 7_000],
    ['9'.repeat(30), Number.MAX_SAFE_INTEGER],
    ['9'.repeat(400), Number.MAX_SAFE_INTEGER],
    ['5, soon', undefined],
    ['Monday, 01-Jan-24 00:01:00 EST', undefined],
    ['1.5', undefined],
    ['-1', undefined],
    ['soon', undefined],
    ['2024-01-01', undefined],
    ['Mon, 99 Jan 2024 00:01:00 GMT', undefined],
    ['', undefined],
    [null, undefined],
  ])('%p is %p ms', (header, expected) => {
    expect(parseRetryAfter(header, nowMs)).toBe(expected);
  });
});
