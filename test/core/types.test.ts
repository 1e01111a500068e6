// What must not compile: `npm run typecheck` reads this file, and an expected error that is none is an error.
import type { LeafPath, Row } from '../../src/core/mapping/table';
import type { Next, RequestPlan, Step } from '../../src/core/plan';
import type { Verdict } from '../../src/core/verdict';
import type { PxEvent, PxUser } from '../../src/destinations/gainsight_px/px-objects';
import { advance, process, type DestinationConfig, type RouteName } from '../../src/index';

const row = <T>(value: Row<T>): Row<T> => value;

export function rowsOfATable(): void {
  row<PxUser>({ to: 'email', from: ['traits.email'], as: 'text' });
  row<PxUser>({ to: 'location.coordinates.latitude', from: ['traits.latitude'], as: 'number' });
  row<PxUser>({ to: 'score', from: ['traits.score', 'context.traits.score'], as: 'integer' });
  // @ts-expect-error a field that PX's users do not have
  row<PxUser>({ to: 'emailAddress', from: ['traits.email'], as: 'text' });
  // @ts-expect-error a field of a location is nested
  row<PxUser>({ to: 'city', from: ['traits.city'], as: 'text' });
  // @ts-expect-error an object is no single field
  row<PxUser>({ to: 'location', from: ['traits.location'], as: 'text' });
  // @ts-expect-error a list is no single field
  row<PxUser>({ to: 'propertyKeys', from: ['traits.tags'], as: 'text' });
  // @ts-expect-error the attributes are no single field
  row<PxUser>({ to: 'customAttributes', from: ['traits.x'], as: 'text' });
  // @ts-expect-error a field of another object
  row<PxEvent>({ to: 'email', from: ['traits.email'], as: 'text' });
  // @ts-expect-error a source root that messages do not have
  row<PxUser>({ to: 'email', from: ['trait.email'], as: 'text' });
  // @ts-expect-error a name in the context that nobody declared
  row<PxUser>({ to: 'email', from: ['context.email'], as: 'text' });
  // @ts-expect-error a row without a source
  row<PxUser>({ to: 'email', from: [], as: 'text' });
  // @ts-expect-error a converter that there is not
  row<PxUser>({ to: 'email', from: ['traits.email'], as: 'string' });
  // @ts-expect-error a text for a number
  row<PxUser>({ to: 'score', from: ['traits.score'], as: 'text' });
  // @ts-expect-error a number for a text
  row<PxUser>({ to: 'email', from: ['traits.email'], as: 'number' });
  // @ts-expect-error a text for one of three words
  row<PxUser>({ to: 'gender', from: ['traits.gender'], as: 'text' });
  // @ts-expect-error a date is a number, a boolean is not
  row<PxUser>({ to: 'signUpDate', from: ['traits.signUpDate'], as: 'boolean' });
}

export function pathsOfAnObject(): void {
  const paths: LeafPath<PxUser>[] = ['email', 'location.city', 'location.coordinates.longitude'];
  // @ts-expect-error there is no such path
  paths.push('location.town');
}

type Id = 'updateUser' | 'createUser';
declare const request: Step['request'];

export function stepsOfAPlan(): void {
  const route: RouteName = 'users.update';
  // @ts-expect-error a route that PX does not have
  const wrongRoute: RouteName = 'users.upsert';
  const good: Step<Id> = { id: 'updateUser', route, effect: 'upsert', request, on: { ok: { to: 'done' } } };
  // @ts-expect-error a step that the plan does not have
  const elsewhere: Next<Id> = { to: 'step', id: 'setPreferences' };
  // @ts-expect-error the answer of a step that the plan does not have
  const reason: Next<Id> = { to: 'fail', code: 'rejected', answerOf: 'linkUser' };
  // @ts-expect-error a code that no plan fails with
  const code: Next<Id> = { to: 'fail', code: 'throttled' };
  // @ts-expect-error an effect that no request has
  const wrongEffect: Step<Id> = { id: 'updateUser', route, effect: 'update', request };
  const throttled: Step<Id> = {
    id: 'updateUser',
    route,
    effect: 'upsert',
    request,
    // @ts-expect-error a verdict that may pass is the router's business
    on: { throttled: { to: 'done' } },
  };
  // @ts-expect-error the same for no answer
  const unreachable: Step<Id>['on'] = { unreachable: { to: 'step', id: 'createUser' } };
  // @ts-expect-error a plan has at least one step
  const empty: RequestPlan<Id> = { lanes: [], steps: [] };
  // @ts-expect-error a plan is read, never written
  good.id = 'createUser';
  void [elsewhere, reason, code, wrongRoute, wrongEffect, throttled, unreachable, empty];
}

export function callsOfTheLibrary(plan: RequestPlan, config: DestinationConfig): void {
  // @ts-expect-error a verdict that there is not
  advance(plan, 'updateUser', 'missing' satisfies Verdict);
  // @ts-expect-error a configuration needs its key
  process({ type: 'track' }, { productTagKey: 'AP-X-2' });
  // @ts-expect-error one of two words
  process({ type: 'track' }, { ...config, globalContextPrecedence: 'payload' } satisfies DestinationConfig);
}

test('what must not compile is checked where types are checked', () => {
  expect([rowsOfATable, pathsOfAnObject, stepsOfAPlan, callsOfTheLibrary]).toHaveLength(4);
});
