import { readFileSync } from 'node:fs';
import path from 'node:path';
import { advance, type RequestPlan } from '../../src/index';
import type { JsonObject } from '../../src/core/json/json-object';
import { effectAndObjectOf } from '../fixture-runs/effect-and-object';
import { deliveryPlan } from '../../src/protocol/proxy/delivery-plan';

/** Descriptors that a host has stored, as the first release of format 1 wrote them, with the plans that they stand for. */
interface Stored {
  readonly name: string;
  readonly destinationConfig: object;
  readonly descriptor: {
    readonly method: string;
    readonly endpoint: string;
    readonly headers: JsonObject;
    readonly body: { readonly JSON: JsonObject };
  };
  /** Without the effect and object of its steps, which format 1 does not hold: they follow from route and request. */
  readonly plan: RequestPlan;
}
const file = path.resolve(__dirname, '../__fixtures__/protocol/plans-of-format-1.json');
const stored = JSON.parse(readFileSync(file, 'utf8')) as Stored[];

function planOf({ descriptor, destinationConfig }: Stored): RequestPlan {
  const { method, endpoint, headers, body } = descriptor;
  return deliveryPlan({ method, endpoint, headers, json: body.JSON, jobs: [{}], destinationConfig }, {});
}

test.each(stored.map((entry) => [entry.name, entry] as const))(
  'a plan of format 1 that a host kept is still read: %s',
  (_name, entry) => {
    const { lanes, steps } = entry.plan;
    const whole = steps.map((step) => ({ ...step, ...effectAndObjectOf(step) }));
    expect(planOf(entry)).toEqual({ lanes, steps: whole });
  },
);

test('its group of an unknown user can be tried again', () => {
  expect(advance(planOf(stored[0]!), 'linkUser', 'notFound')).toEqual({
    to: 'fail',
    code: 'user_not_found',
    answerOf: 'linkUser',
    retryable: true,
  });
});
