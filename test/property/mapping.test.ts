import fc from 'fast-check';
import {
  advance,
  compile,
  explain,
  isDestinationError,
  maxRequests,
  process,
  type DestinationConfig,
  type RequestPlan,
  type RudderMessage,
  type Verdict,
} from '../../src/index';
import { checkFields } from '../fixture-runs/check-expectation';
import { deepFreeze, objectsIn } from '../destinations/gainsight_px/object-graph';
import { json, message, validConfig } from './arbitraries';

const RUNS = { numRuns: 400 };
const configOf = (config: unknown) => config as DestinationConfig;
const fresh = <T>(value: T): T => structuredClone(value);

/** The plan, or the code of the error; any other error is thrown. */
function outcomeOf(run: () => RequestPlan): RequestPlan | string {
  try {
    return run();
  } catch (error) {
    if (isDestinationError(error) && error.kind === 'instrumentation') return error.code;
    throw error;
  }
}

const mapped = (event: unknown, config: unknown) =>
  outcomeOf(() => process(event as RudderMessage, configOf(config)));

test('any JSON gives a plan or an error about the message', () => {
  fc.assert(
    fc.property(fc.oneof(json, message), validConfig, (event, config) => {
      const outcome = mapped(event, config);
      expect(typeof outcome === 'string' || outcome.steps.length > 0).toBe(true);
    }),
    { numRuns: 1500 },
  );
});

test('most messages of the generator become plans, or the other properties would say little', () => {
  const plans = fc
    .sample(fc.tuple(message, validConfig), 500)
    .filter(([event, config]) => typeof mapped(event, config) !== 'string');
  expect(plans.length).toBeGreaterThan(200);
});

test('the input may be deeply frozen, and is never changed', () => {
  fc.assert(
    fc.property(message, validConfig, (event, config) => {
      const before = fresh([event, config]);
      const due = mapped(fresh(event), fresh(config));
      deepFreeze(event);
      deepFreeze(config);
      expect(mapped(event, config)).toEqual(due);
      expect([event, config]).toEqual(before);
    }),
    RUNS,
  );
});

test('the same input gives the same output, with a configuration parsed again and with a compiled one', () => {
  fc.assert(
    fc.property(
      message,
      validConfig,
      fc.array(fc.tuple(message, validConfig), { maxLength: 3 }),
      (event, config, others) => {
        const first = mapped(event, config);
        for (const [otherEvent, otherConfig] of others) mapped(otherEvent, otherConfig);
        expect(mapped(event, fresh(config))).toEqual(first);
        expect(outcomeOf(() => compile(configOf(config)).process(event))).toEqual(first);
      },
    ),
    RUNS,
  );
});

test('the output survives JSON', () => {
  fc.assert(
    fc.property(message, validConfig, (event, config) => {
      const outcome = mapped(event, config);
      expect(JSON.parse(JSON.stringify(outcome))).toStrictEqual(outcome);
    }),
    RUNS,
  );
});

test('the output shares no object with the input', () => {
  fc.assert(
    fc.property(message, validConfig, (event, config) => {
      const input = new Set([...objectsIn(event), ...objectsIn(config)]);
      const explanation = explain(event, configOf(config));
      for (const output of [mapped(event, config), explanation])
        for (const object of objectsIn(output)) if (input.has(object)) throw new Error('shared');
    }),
    RUNS,
  );
});

test('explain gives the plan of process, or its error, and names exactly the fields that are sent, each with its origin', () => {
  fc.assert(
    fc.property(fc.oneof(message, json), validConfig, (event, config) => {
      const outcome = mapped(event, config);
      const explanation = explain(event as RudderMessage, configOf(config));
      const { plan, error } = explanation;
      expect(plan ?? error?.code).toEqual(outcome);
      if (plan !== undefined) checkFields(explanation, plan);
    }),
    RUNS,
  );
});

test('the dropped values of explain name types and reasons, never values', () => {
  const reasons = [
    'unmapped',
    'empty',
    'unconvertible',
    'shadowed',
    'reserved',
    'stripped',
    'notAnObject',
    'junkId',
    'idNotExact',
    'preferenceNotBoolean',
  ];
  const types = ['string', 'number', 'boolean', 'null', 'array', 'object'];
  fc.assert(
    fc.property(message, validConfig, (event, config) => {
      for (const line of explain(event, configOf(config)).dropped) {
        expect(Object.keys(line).sort()).toEqual(['path', 'reason', 'type']);
        expect(reasons).toContain(line.reason);
        expect(types).toContain(line.type);
      }
    }),
    RUNS,
  );
});

test('no body holds null, a blank id, or a key that could change a prototype', () => {
  fc.assert(
    fc.property(message, validConfig, (event, config) => {
      const outcome = mapped(event, config);
      if (typeof outcome === 'string') return;
      for (const { request } of outcome.steps) {
        for (const object of objectsIn(request.body)) {
          for (const key of Object.keys(object))
            expect(['__proto__', 'constructor', 'prototype']).not.toContain(key);
          for (const value of Object.values(object) as unknown[]) {
            expect(value ?? null).not.toBeNull();
            if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true);
          }
        }
      }
    }),
    RUNS,
  );
});

test('every plan ends for all answers, within its maximum number of requests', () => {
  const settled = fc.constantFrom<Verdict>('ok', 'notFound', 'rejected', 'denied');
  const answers = fc.array(settled, { minLength: 20, maxLength: 20 });
  fc.assert(
    fc.property(message, validConfig, answers, (event, config, verdicts) => {
      const plan = mapped(event, config);
      if (typeof plan === 'string') return;
      const ids = plan.steps.map(({ id }) => id);
      let at = 0;
      let requests = 0;
      for (const verdict of verdicts) {
        requests += 1;
        for (const transient of ['throttled', 'unavailable', 'unreachable'] as const)
          expect(advance(plan, ids[at]!, transient)).toEqual({ to: 'retry', verdict: transient });
        const next = advance(plan, ids[at]!, verdict);
        if (next.to !== 'step') {
          if (next.to === 'fail') expect(ids).toContain(next.answerOf);
          expect(requests).toBeLessThanOrEqual(maxRequests(plan));
          return;
        }
        expect(ids.indexOf(next.step.id)).toBeGreaterThan(at);
        at = ids.indexOf(next.step.id);
      }
      throw new Error('it does not end');
    }),
    RUNS,
  );
});
