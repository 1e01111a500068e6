import fc from 'fast-check';
import type { RequestPlan } from '../../../src/core/plan';
import { Lanes } from '../../../src/router/ordering/lanes';
import { groupPlan, identifyPlan, trackPlan } from '../plans';
import { setUp } from '../setup';

interface Message {
  readonly user: number;
  readonly account: number | undefined;
  readonly latencyMs: number;
  readonly failures: number;
}

const messages = fc.array(
  fc.record({
    user: fc.integer({ min: 0, max: 3 }),
    account: fc.option(fc.integer({ min: 0, max: 2 }), { nil: undefined }),
    latencyMs: fc.integer({ min: 0, max: 500 }),
    failures: fc.integer({ min: 0, max: 2 }),
  }),
  { minLength: 2, maxLength: 25 },
);

/** The plan of a message, its number in the query of every URL. */
function planOf({ user, account }: Message, number: number): RequestPlan {
  const plan = account === undefined ? trackPlan(`u${user}`) : groupPlan(`u${user}`, `a${account}`);
  const numbered = plan.steps.map((step) => ({
    ...step,
    request: { ...step.request, endpoint: `${step.request.endpoint}?n=${number}` },
  }));
  return { ...plan, steps: numbered as unknown as RequestPlan['steps'] };
}

describe('what shares a lane stays in order', () => {
  it('for any plans, latencies and failures: none begins before those ahead of it have ended', async () => {
    await fc.assert(
      fc.asyncProperty(messages, fc.integer({ min: 1, max: 20 }), async (all, concurrency) => {
        const tries = new Map<number, number>();
        const { clock, px, router } = setUp(
          ({ url }) => {
            const number = Number(new URL(url).searchParams.get('n'));
            const { latencyMs, failures } = all[number]!;
            const attempt = (tries.get(number) ?? 0) + 1;
            tries.set(number, attempt);
            return { status: attempt <= failures ? 503 : 204, latencyMs };
          },
          { concurrency, requestsPerSecond: 1_000 },
        );
        const plans = all.map(planOf);
        const outcomes = await clock.runUntil(Promise.all(plans.map((plan) => router.deliver(plan))));
        expect(outcomes.every(({ delivered }) => delivered)).toBe(true);
        expect(px.mostInFlight).toBeLessThanOrEqual(concurrency);

        for (const lane of new Set(plans.flatMap(({ lanes }) => lanes))) {
          const order = px.sent
            .map(({ url }) => Number(new URL(url).searchParams.get('n')))
            .filter((number) => plans[number]!.lanes.includes(lane));
          expect(order).toEqual([...order].sort((a, b) => a - b));
        }
      }),
      { numRuns: 100 },
    );
  });

  it('a hanging plan holds up its own lanes only', async () => {
    const { clock, px, router } = setUp(({ path }) => (path.endsWith('/u1') ? {} : { status: 204 }));
    const hanging = router.deliver(identifyPlan('u1'));
    const behind = router.deliver(identifyPlan('u1'));
    const others = Promise.all([router.deliver(identifyPlan('u2')), router.deliver(groupPlan('u3', 'a1'))]);

    expect(await clock.runUntil(others)).toMatchObject([{ delivered: true }, { delivered: true }]);
    expect(clock.nowMs()).toBeLessThan(10);
    expect(px.sent.filter(({ path }) => path.endsWith('/u1'))).toHaveLength(1);
    await clock.runUntil(Promise.all([hanging, behind]));
  });

  it('a plan that waits between attempts holds no slot', async () => {
    const { clock, router } = setUp(({ path }, index) => ({ status: index === 0 ? 503 : 204, path }), {
      concurrency: 1,
      backoffBaseMs: 60_000,
    });
    const waiting = router.deliver(identifyPlan('u1'));
    const other = router.deliver(identifyPlan('u2'));
    expect(await clock.runUntil(other)).toMatchObject({ delivered: true });
    expect(clock.nowMs()).toBeLessThan(10);
    expect(await clock.runUntil(waiting)).toMatchObject({ delivered: true, retries: 1 });
  });

  it('no two plans wait for each other', async () => {
    const { clock, router } = setUp([{ status: 204, latencyMs: 5 }]);
    const crossing = ['u1 a1', 'u2 a2', 'u1 a2', 'u2 a1', 'u1 a1'].map((pair) => {
      const [user, account] = pair.split(' ');
      return router.deliver(groupPlan(user!, account!));
    });
    expect((await clock.runUntil(Promise.all(crossing))).every(({ delivered }) => delivered)).toBe(true);
  });

  it('lanes of one name at two keys or two base URLs have nothing to do with each other', async () => {
    const { clock, px, router } = setUp(({ url }) =>
      url.startsWith('https://px.test') ? {} : { status: 204 },
    );
    const hanging = router.deliver(identifyPlan('u1'));
    const elsewhere = router.deliver(identifyPlan('u1', { baseUrl: 'https://px-eu.test/v1' }));
    expect(await clock.runUntil(elsewhere)).toMatchObject({ delivered: true });
    const otherKey = router.deliver(identifyPlan('u1', { apiKey: 'other' }));
    await clock.advance(0);
    expect(px.sent).toHaveLength(3);
    await clock.runUntil(Promise.all([hanging, otherKey]));
  });
});

describe('Lanes', () => {
  const never = new AbortController().signal;

  it('forgets a lane that nobody stands in', () => {
    const lanes = new Lanes();
    const places = [lanes.enter(['a', 'b']), lanes.enter(['b', 'b']), lanes.enter(['c'])];
    expect(lanes.size).toBe(3);
    for (const place of places) place.leave();
    expect(lanes.size).toBe(0);
  });

  it('who leaves before their turn lets nobody past those ahead', async () => {
    const lanes = new Lanes();
    const [first, second, third] = [lanes.enter(['a']), lanes.enter(['a']), lanes.enter(['a'])];
    second.leave();
    expect(third.isFirst).toBe(false);
    first.leave();
    expect(third.isFirst).toBe(true);
    await third.wait(never);
  });

  it('thousands who left at once do not exhaust the stack', () => {
    const lanes = new Lanes();
    const first = lanes.enter(['a']);
    for (const place of Array.from({ length: 100_000 }, () => lanes.enter(['a']))) place.leave();
    first.leave();
    expect(lanes.size).toBe(0);
  });
});
