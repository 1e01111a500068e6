import { createRouter } from '../../../src/router';
import { groupPlan, identifyPlan, trackPlan } from '../plans';
import { failure, setUp } from '../setup';

const codes = (outcomes: readonly object[]): unknown[] =>
  outcomes.map((outcome) => ('code' in outcome ? outcome.code : 'delivered'));

describe('close()', () => {
  it('lets what has begun come to its end, and gives back what has not', async () => {
    const { clock, px, router } = setUp(
      ({ method }) => ({ status: method === 'PUT' ? 404 : 201, latencyMs: 50 }),
      {
        concurrency: 1,
      },
    );
    const outcomes = Promise.all([
      router.deliver(identifyPlan('u1')),
      router.deliver(trackPlan('u1')),
      router.deliver(trackPlan('u2')),
    ]);
    await clock.advance(10);
    const closed = router.close();
    await clock.runUntil(closed);

    expect(codes(await outcomes)).toEqual(['delivered', 'closed', 'closed']);
    expect(px.sent.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'PUT /v1/users/u1',
      'POST /v1/users',
    ]);
    expect((await outcomes)[1]).toMatchObject({ kind: 'retryable', retryable: true, requests: [] });
    expect(router.stats()).toMatchObject({ pending: 0, running: 0, inFlight: 0 });
    expect(clock.waiting).toBe(0);
  });

  it('lets what has begun wait for the rate limit of its next step', async () => {
    const { clock, router } = setUp([{ status: 404 }, { status: 201 }], { requestsPerSecond: 1 });
    const outcome = router.deliver(identifyPlan('u1'));
    await clock.advance(10);
    await clock.runUntil(router.close());
    expect(await outcome).toMatchObject({ delivered: true });
    expect(clock.nowMs()).toBe(1_020);
  });

  it('lets nothing begin to wait between attempts', async () => {
    const { clock, router } = setUp([{ status: 503, latencyMs: 100 }], { backoffBaseMs: 60_000 });
    const outcome = router.deliver(trackPlan('u1'));
    await clock.advance(10);
    await clock.runUntil(router.close());
    expect(await outcome).toMatchObject({ code: 'closed', requests: [{ status: 503 }] });
    expect(clock.nowMs()).toBe(100);
  });

  it('cuts waits between attempts short', async () => {
    const { clock, router } = setUp([{ status: 429, headers: { 'retry-after': '30' } }]);
    const outcome = router.deliver(trackPlan('u1'));
    await clock.advance(10);
    await router.close();
    expect(await outcome).toMatchObject({ code: 'closed', retryable: true, requests: [{ status: 429 }] });
    expect(clock.nowMs()).toBe(10);
    expect(clock.waiting).toBe(0);
  });

  it('gives back what waits for the rate limit', async () => {
    const { clock, px, router } = setUp([{ status: 201 }], { requestsPerSecond: 1 });
    const outcomes = ['u1', 'u2'].map((user) => router.deliver(trackPlan(user)));
    await clock.advance(10);
    await router.close();
    expect(codes(await Promise.all(outcomes))).toEqual(['delivered', 'closed']);
    expect(px.sent).toHaveLength(1);
    expect(clock.waiting).toBe(0);
  });

  it('takes nothing more, and can be said twice', async () => {
    const { router } = setUp([{ status: 201 }]);
    await router.close();
    await router.close();
    expect(await router.deliver(trackPlan('u1'))).toMatchObject({ code: 'closed', requests: [] });
    await router.ready();
  });
});

describe('an AbortSignal', () => {
  it('that has aborted sends nothing', async () => {
    const { px, router } = setUp([{ status: 201 }]);
    const outcome = failure(await router.deliver(trackPlan('u1'), { signal: AbortSignal.abort() }));
    expect(outcome).toMatchObject({ kind: 'retryable', code: 'cancelled', requests: [] });
    expect(px.sent).toHaveLength(0);
  });

  it('ends a plan after its request in flight', async () => {
    const { clock, px, router } = setUp([{ status: 204, latencyMs: 100 }]);
    const controller = new AbortController();
    const outcome = router.deliver(groupPlan('u1', 'a1'), { signal: controller.signal });
    await clock.advance(50);
    controller.abort();
    expect(await clock.runUntil(outcome)).toMatchObject({
      code: 'cancelled',
      retryable: true,
      requests: [{ step: 'updateAccount', verdict: 'ok' }],
    });
    expect(px.sent).toHaveLength(1);
    expect(clock.nowMs()).toBe(100);
  });

  it('that comes during the last request changes nothing', async () => {
    const { clock, router } = setUp([{ status: 201, latencyMs: 100 }]);
    const controller = new AbortController();
    const outcome = router.deliver(trackPlan('u1'), { signal: controller.signal });
    await clock.advance(50);
    controller.abort();
    expect(await clock.runUntil(outcome)).toMatchObject({ delivered: true });
  });

  it.each(['a wait between attempts', 'a lane', 'a slot', 'the rate limit'])('ends %s', async (what) => {
    const { clock, px, router } = setUp(
      (_, index) =>
        what === 'a wait between attempts' && index === 0 ? { status: 503 } : { status: 201, latencyMs: 50 },
      {
        concurrency: what === 'a slot' ? 1 : 20,
        requestsPerSecond: what === 'the rate limit' ? 1 : Infinity,
      },
    );
    const controller = new AbortController();
    const ahead =
      what === 'a wait between attempts' ? [] : [router.deliver(trackPlan(what === 'a lane' ? 'u1' : 'u0'))];
    const outcome = router.deliver(trackPlan('u1'), { signal: controller.signal });
    await clock.advance(10);
    controller.abort();
    expect(await outcome).toMatchObject({ code: 'cancelled' });
    expect(clock.nowMs()).toBe(10);

    // Nobody behind is held up by who has gone.
    const behind = router.deliver(trackPlan('u1'));
    expect(codes(await clock.runUntil(Promise.all([...ahead, behind])))).not.toContain('cancelled');
    expect(px.sent.length).toBe(2);
    expect(router.stats()).toMatchObject({ pending: 0, inFlight: 0 });
  });

  it('of the router cancels all plans, later ones too', async () => {
    const controller = new AbortController();
    const { clock, px, router } = setUp([{ status: 204, latencyMs: 100 }], { signal: controller.signal });
    const outcomes = ['u1', 'u2'].map((user) => router.deliver(groupPlan(user, 'a1')));
    await clock.advance(50);
    controller.abort();
    expect(codes(await clock.runUntil(Promise.all(outcomes)))).toEqual(['cancelled', 'cancelled']);
    expect(await router.deliver(trackPlan('u3'))).toMatchObject({ code: 'cancelled' });
    expect(px.sent).toHaveLength(1);
  });

  it('shared by a thousand plans makes Node warn of no leak', async () => {
    const warned = jest.fn();
    process.on('warning', warned);
    const { clock, router } = setUp([{ status: 201 }], { requestsPerSecond: Infinity });
    const { signal } = new AbortController();
    const plans = Array.from({ length: 1_000 }, (_, index) =>
      router.deliver(trackPlan(`u${index}`), { signal }),
    );
    await clock.runUntil(Promise.all(plans));
    process.off('warning', warned);
    expect(warned).not.toHaveBeenCalled();
  });
});

it('a router needs no option', async () => {
  await createRouter().close();
});
