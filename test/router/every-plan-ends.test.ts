import fc from 'fast-check';
import { maxRequests } from '../../src/core/plan';
import type { ScriptedAnswer } from '../__mocks__/px-api.fake';
import { groupPlan, identifyPlan, preferencesPlan, readPlan, trackPlan } from './plans';
import { API_KEY } from './plans';
import { setUp } from './setup';

const answers: fc.Arbitrary<ScriptedAnswer> = fc.record(
  {
    status: fc.option(
      fc.constantFrom(
        200,
        201,
        204,
        301,
        302,
        304,
        400,
        401,
        403,
        404,
        408,
        409,
        422,
        429,
        500,
        502,
        503,
        599,
      ),
      { nil: undefined },
    ),
    error: fc.option(fc.constantFrom('ECONNRESET', 'ECONNREFUSED', 'UND_ERR_SOCKET', 'x y'), {
      nil: undefined,
    }),
    body: fc.oneof(
      fc.string(),
      fc.constantFrom('', '{}', '<html>', `{"externalapierror":{"message":"key ${API_KEY}"}}`, API_KEY),
    ),
    headers: fc.constantFrom(
      {},
      { 'retry-after': '1' },
      { 'retry-after': '99999' },
      { 'content-type': 'text/html' },
    ),
    latencyMs: fc.integer({ min: 0, max: 15_000 }),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<ScriptedAnswer>;

const plans = fc.constantFrom(
  identifyPlan('u1'),
  preferencesPlan('u1'),
  groupPlan('u1', 'a1'),
  trackPlan('u1'),
  readPlan('u1'),
);

it('every plan ends, whatever PX answers: within its requests, saying so without the key', async () => {
  await fc.assert(
    fc.asyncProperty(plans, fc.array(answers, { minLength: 1, maxLength: 12 }), async (plan, script) => {
      const maxAttempts = 3;
      const { clock, px, router } = setUp(script, { maxAttempts });
      const outcome = await clock.runUntil(router.deliver(plan));

      expect(px.sent.length).toBeLessThanOrEqual(maxAttempts * maxRequests(plan));
      expect(outcome.requests).toHaveLength(px.sent.length);
      expect(JSON.stringify(outcome)).not.toContain(API_KEY);
      await clock.advance(1);
      expect(clock.waiting).toBe(0);
      expect(router.stats()).toMatchObject({ pending: 0, running: 0, inFlight: 0 });

      const last = outcome.requests.at(-1)!.verdict;
      if (outcome.delivered) {
        expect(last).toBe('ok');
      } else {
        // Nothing is given up for good for a reason that may pass.
        const passing = ['throttled', 'unavailable', 'unreachable'].includes(last);
        const userMayCome = outcome.code === 'user_not_found' && outcome.requests.at(-1)!.step === 'linkUser';
        expect(outcome.retryable).toBe(passing || userMayCome);
        expect(outcome.message.length).toBeLessThan(500);
      }
    }),
    { numRuns: 500 },
  );
});
