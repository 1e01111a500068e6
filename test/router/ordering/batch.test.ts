import { RetryableError } from '../../../src/core/index';
import { AbortedError, failed, type Outcome } from '../../../src/router';
import { identifyPlan, trackPlan } from '../plans';
import { setUp } from '../setup';

const codes = (outcomes: readonly Outcome[]): string[] =>
  outcomes.map((outcome) => (outcome.delivered ? 'delivered' : outcome.code));
const retryable = failed(new RetryableError('unavailable', 'later'));
const refused = failed(new AbortedError('rejected', 'never'));
const handedOver: Outcome = { delivered: true, requests: [], retries: 0, mayBeDuplicate: false };

describe('jobs of one ordering key', () => {
  it('run one after another, whatever their lanes, API keys and batches', async () => {
    const { clock, px, router } = setUp([{ status: 201, latencyMs: 100 }]);
    const [one, other] = [router.batch(), router.batch()];
    const orderingKey = 'k1';
    const outcomes = [
      one.add({ plan: trackPlan('u1'), orderingKey }),
      one.add({ plan: identifyPlan('u2', { apiKey: 'other' }), orderingKey }),
      other.add({ plan: trackPlan('u3'), orderingKey }),
      one.add({ plan: trackPlan('u4'), orderingKey: 'k2' }),
    ];
    expect(codes(await clock.runUntil(Promise.all(outcomes)))).toEqual(Array(4).fill('delivered'));
    expect(px.sent.map(({ atMs }) => atMs)).toEqual([0, 0, 100, 200]);
  });

  it('are blocked after a failure that must be sent again, at other API keys too; other keys of the same lanes are not', async () => {
    const { clock, px, router } = setUp((_, index) => ({ status: index === 0 ? 503 : 201 }), {
      maxAttempts: 1,
    });
    const [batch, next] = [router.batch(), router.batch()];
    const outcomes = [
      batch.add({ plan: identifyPlan('u1'), orderingKey: 'k1' }),
      batch.add({ plan: identifyPlan('u1'), orderingKey: 'k2' }),
      batch.add({ plan: trackPlan('u1'), orderingKey: 'k1' }),
      batch.add({ plan: identifyPlan('u2', { apiKey: 'other' }), orderingKey: 'k1' }),
      batch.add({ plan: trackPlan('u1') }),
      next.add({ plan: trackPlan('u1'), orderingKey: 'k1' }),
      router.deliver(trackPlan('u1')),
    ];
    expect(codes(await clock.runUntil(Promise.all(outcomes)))).toEqual([
      'unavailable',
      'delivered',
      'blocked',
      'blocked',
      'delivered',
      'delivered',
      'delivered',
    ]);
    expect(px.sent).toHaveLength(5);
  });

  it('are blocked after a job without a plan that must be sent again; those before it are not', async () => {
    const { clock, px, router } = setUp([{ status: 201, latencyMs: 10 }]);
    const batch = router.batch();
    const orderingKey = 'k1';
    const outcomes = [
      batch.add({ plan: trackPlan('u1'), orderingKey }),
      batch.add({ outcome: refused, orderingKey }),
      batch.add({ plan: trackPlan('u1'), orderingKey }),
      batch.add({ outcome: retryable, orderingKey }),
      batch.add({ plan: trackPlan('u1'), orderingKey }),
      batch.add({ plan: trackPlan('u1'), orderingKey: 'k2' }),
    ];
    const ended = await clock.runUntil(Promise.all(outcomes));
    expect(codes(ended)).toEqual([
      'delivered',
      'rejected',
      'delivered',
      'unavailable',
      'blocked',
      'delivered',
    ]);
    expect(px.sent).toHaveLength(3);
  });

  it('in a router that blocks lanes, too: a batch neither blocks lanes nor is blocked by them', async () => {
    const { clock, router } = setUp((_, index) => ({ status: index === 0 ? 503 : 201 }), {
      maxAttempts: 1,
      onRetryableFailure: 'blockLanes',
    });
    const batch = router.batch();
    const outcomes = [
      batch.add({ plan: trackPlan('u1'), orderingKey: 'k1' }),
      batch.add({ plan: trackPlan('u1'), orderingKey: 'k2' }),
      router.deliver(trackPlan('u1')),
    ];
    expect(codes(await clock.runUntil(Promise.all(outcomes)))).toEqual([
      'unavailable',
      'delivered',
      'delivered',
    ]);
    expect(router.stats().blockedLanes).toBe(0);
  });
});

describe('the answers of a batch', () => {
  it('say blocked for each job that must not count as done before an earlier one of its key', async () => {
    const { router } = setUp([]);
    const batch = router.batch();
    const known: [Outcome, string | undefined][] = [
      [handedOver, 'k1'],
      [retryable, 'k1'],
      [handedOver, 'k1'],
      [refused, 'k1'],
      [retryable, 'k1'],
      [handedOver, 'k2'],
      [retryable, undefined],
      [handedOver, undefined],
    ];
    const outcomes = await Promise.all(
      known.map(([outcome, orderingKey]) => batch.add({ outcome, orderingKey })),
    );
    expect(outcomes).toEqual(known.map(([outcome]) => outcome));
    expect(codes(batch.answers(outcomes))).toEqual([
      'delivered',
      'unavailable',
      'blocked',
      'blocked',
      'unavailable',
      'delivered',
      'unavailable',
      'delivered',
    ]);
  });

  it('go by what the caller made of an outcome', async () => {
    const { router } = setUp([]);
    const batch = router.batch();
    for (let job = 0; job < 2; job += 1) await batch.add({ outcome: handedOver, orderingKey: 'k1' });
    expect(codes(batch.answers([retryable, handedOver]))).toEqual(['unavailable', 'blocked']);
    expect(codes(batch.answers([refused, handedOver]))).toEqual(['rejected', 'delivered']);
  });
});

describe('a job with an outcome from elsewhere', () => {
  it('asks for it when it is first in its lanes, and runs its plan when there is none', async () => {
    const { clock, px, router } = setUp([{ status: 201, latencyMs: 100 }]);
    const asked: number[] = [];
    const insteadOf = (outcome: Outcome | undefined) => () => {
      asked.push(clock.nowMs());
      return Promise.resolve(outcome);
    };
    const batch = router.batch();
    const outcomes = [
      batch.add({ plan: trackPlan('u1') }),
      batch.add({ plan: trackPlan('u1'), orderingKey: 'k1', instead: insteadOf(undefined) }),
      batch.add({ plan: trackPlan('u1'), orderingKey: 'k1', instead: insteadOf(retryable) }),
      batch.add({ plan: trackPlan('u1'), orderingKey: 'k1', instead: insteadOf(handedOver) }),
    ];
    expect(codes(await clock.runUntil(Promise.all(outcomes)))).toEqual([
      'delivered',
      'delivered',
      'unavailable',
      'blocked',
    ]);
    expect(asked).toEqual([100, 200]);
    expect(px.sent).toHaveLength(2);
  });

  it('does not wait for it once it is cancelled', async () => {
    const { clock, px, router } = setUp([{ status: 201 }]);
    const controller = new AbortController();
    const batch = router.batch({ signal: controller.signal });
    const outcome = batch.add({ plan: trackPlan('u1'), instead: () => new Promise(() => undefined) });
    await clock.advance(1);
    controller.abort();
    expect(codes([await outcome])).toEqual(['cancelled']);
    expect(px.sent).toEqual([]);
    expect(router.stats().pending).toBe(0);
  });
});
