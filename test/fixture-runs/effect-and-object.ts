import type { Effect, Step } from '../../src';

type Kind = NonNullable<Step['object']>['kind'];

/** What each PX call does, and to what; written without the library. */
const CALLS: Readonly<Record<string, readonly [effect: Effect, kind?: Kind]>> = {
  'users.update': ['upsert', 'user'],
  'users.create': ['upsert', 'user'],
  'users.delete': ['delete', 'user'],
  'users.deny': ['upsert', 'user'],
  'accounts.update': ['upsert', 'account'],
  'accounts.create': ['upsert', 'account'],
  'events.create': ['append'],
  'preferences.get': ['read', 'user'],
  'preferences.set': ['upsert', 'user'],
};

/** Paths that have no id at their end: it is in the body. */
const WITHOUT_ID =
  /\/(?:users|users\/update|users\/delete|accounts|accounts\/update|events\/custom|user\/preferences)$/;

type EffectAndObject = Pick<Step, 'effect' | 'object'>;

/** The effect and the object that a step must have, as its route and its request tell. */
export function effectAndObjectOf({ route, request }: Pick<Step, 'route' | 'request'>): EffectAndObject {
  const call = CALLS[route];
  if (call === undefined) throw new Error(`no call of PX is named ${route}`);
  const [effect, kind] = call;
  if (kind === undefined) return { effect };
  const { pathname } = new URL(request.endpoint);
  const id = WITHOUT_ID.test(pathname)
    ? request.body?.[kind === 'user' ? 'identifyId' : 'id']
    : decodeURIComponent(pathname.slice(pathname.lastIndexOf('/') + 1));
  return { effect, object: { kind, id: id as string } };
}

/** The effect and object of each step are those of its route and request. */
export function checkEffectsAndObjects(steps: readonly Step[]): void {
  expect(steps.map(({ effect, object }) => [effect, object])).toEqual(
    steps.map((step) => {
      const { effect, object } = effectAndObjectOf(step);
      return [effect, object];
    }),
  );
}
