import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createRouter } from '../../../src/router';
import { trackPlan } from '../plans';
import { failure, setUp } from '../setup';

setFlagsFromString('--expose_gc');
const collectGarbage = runInNewContext('gc') as () => void;
const heapBytes = (): number => {
  collectGarbage();
  return process.memoryUsage().heapUsed;
};

describe('memory is bounded whatever the length of the input', () => {
  it('who awaits ready() never has more pending than the maximum', async () => {
    const { clock, router } = setUp([{ status: 201, latencyMs: 20 }], {
      maxPending: 10,
      requestsPerSecond: Infinity,
    });
    let most = 0;
    const feed = async (): Promise<void> => {
      for (let index = 0; index < 200; index += 1) {
        await router.ready();
        void router.deliver(trackPlan(`u${index}`));
        most = Math.max(most, router.stats().pending);
      }
      await router.idle();
    };
    await clock.runUntil(feed());
    expect(most).toBe(10);
    expect(router.stats()).toMatchObject({ pending: 0, delivered: 200, failed: {} });
  });

  it('who awaits idle() finds every outcome told and counted', async () => {
    const { clock, router } = setUp([{ status: 201, latencyMs: 20 }]);
    const told: string[] = [];
    for (const user of ['u1', 'u2']) void router.deliver(trackPlan(user)).then(() => told.push(user));
    const idle = router.idle().then(() => ({ told: [...told], delivered: router.stats().delivered }));
    expect(await clock.runUntil(idle)).toEqual({ told: ['u1', 'u2'], delivered: 2 });
    await router.idle();
  });

  it('a plan that has ended leaves nothing behind, not even at a signal that lives on', async () => {
    const { signal } = new AbortController();
    const router = createRouter({
      fetch: () => Promise.resolve(new Response(null, { status: 204 })),
      requestsPerSecond: Infinity,
      requestsPerDay: Infinity,
      signal,
    });
    const deliver = async (count: number): Promise<void> => {
      for (let index = 0; index < count; index += 1) await router.deliver(trackPlan(`u${index}`), { signal });
    };
    await deliver(2_000);
    const beforeBytes = heapBytes();
    await deliver(10_000);
    expect((heapBytes() - beforeBytes) / 10_000).toBeLessThan(30);
  });

  it('of many who wait, as many go on as there is room for', async () => {
    const { clock, router } = setUp((_, index) => ({ status: 201, latencyMs: 10 * (index + 1) }), {
      maxPending: 2,
    });
    const first = [router.deliver(trackPlan('u1')), router.deliver(trackPlan('u2'))];
    let through = 0;
    const waiting = [1, 2, 3].map(() =>
      router.ready().then(() => {
        through += 1;
        void router.deliver(trackPlan(`w${through}`));
      }),
    );
    await clock.advance(5);
    expect(through).toBe(0);
    await clock.advance(5);
    expect(through).toBe(1);
    await clock.runUntil(Promise.all([...first, ...waiting]));
    expect(through).toBe(3);
  });

  it('who does not wait is refused at ten times the maximum, at once and retryably', async () => {
    const { clock, px, router } = setUp([{ status: 201, latencyMs: 20 }], { maxPending: 2 });
    const accepted = Array.from({ length: 20 }, (_, index) => router.deliver(trackPlan(`u${index}`)));
    const refused = failure(await router.deliver(trackPlan('u20')));

    expect(refused).toMatchObject({ kind: 'retryable', code: 'overloaded', retryable: true, requests: [] });
    expect(await clock.runUntil(Promise.all(accepted))).toHaveLength(20);
    expect(px.sent).toHaveLength(20);
    expect(await clock.runUntil(router.deliver(trackPlan('u21')))).toMatchObject({ delivered: true });
  });
});
