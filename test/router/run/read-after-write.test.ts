import type { RequestPlan } from '../../../src/core/plan';
import { RecentCreations } from '../../../src/router/run/read-after-write';
import { FakeClock } from '../../__mocks__/clock.fake';
import { groupPlan, identifyPlan, preferencesPlan } from '../plans';
import { failure, setUp, type Setup } from '../setup';

const MINUTE_MS = 60_000;
const deliver = ({ clock, router }: Setup, plan: RequestPlan) => clock.runUntil(router.deliver(plan));
/** A user is created, and then PX does not know it yet. */
const CREATED = [{ status: 404 }, { status: 201 }];
const sent = ({ px }: Setup): string[] => px.sent.map(({ method, path }) => `${method} ${path}`);

describe('what another plan created a moment ago is not absent: a 404 says "not yet"', () => {
  it('a user: the link of a group message, preferences and a second identify are tried again', async () => {
    for (const [plan, done] of [
      [groupPlan('u1', 'a1'), [{ status: 204 }, { status: 404 }, { status: 204 }]],
      [preferencesPlan('u1'), [{ status: 404 }, { status: 204 }, { status: 404 }, { status: 204 }]],
      [identifyPlan('u1'), [{ status: 404 }, { status: 204 }]],
    ] as const) {
      const setup = setUp([...CREATED, ...done]);
      await deliver(setup, identifyPlan('u1'));
      expect(await deliver(setup, plan)).toMatchObject({ delivered: true });
      expect(sent(setup).filter((request) => request === 'POST /v1/users')).toHaveLength(1);
    }
  });

  it('an account that another user’s group message created', async () => {
    const setup = setUp([...CREATED, { status: 204 }, { status: 404 }, { status: 204 }, { status: 204 }]);
    await deliver(setup, groupPlan('u1', 'a1'));
    expect(await deliver(setup, groupPlan('u2', 'a1'))).toMatchObject({ delivered: true, retries: 1 });
    expect(sent(setup).filter((request) => request === 'POST /v1/accounts')).toHaveLength(1);
  });

  it('a lag that lasts longer is retryable, and never "no such user"', async () => {
    const setup = setUp([...CREATED, { status: 204 }, { status: 404 }]);
    await deliver(setup, identifyPlan('u1'));
    expect(failure(await deliver(setup, groupPlan('u1', 'a1')))).toMatchObject({
      code: 'unavailable',
      retryable: true,
      status: 404,
    });
  });
});

describe('it is absent', () => {
  it('a minute later', async () => {
    const setup = setUp([...CREATED, { status: 404 }, { status: 201 }]);
    await deliver(setup, identifyPlan('u1'));
    await setup.clock.advance(MINUTE_MS + 1);
    expect(await deliver(setup, identifyPlan('u1'))).toMatchObject({ delivered: true, retries: 0 });
  });

  it('for another API key', async () => {
    const setup = setUp([...CREATED, { status: 404 }, { status: 201 }]);
    await deliver(setup, identifyPlan('u1'));
    expect(await deliver(setup, identifyPlan('u1', { apiKey: 'other' }))).toMatchObject({ retries: 0 });
  });

  it('where a create failed in a way that leaves open whether it was carried out', async () => {
    const setup = setUp([{ status: 404 }, { status: 500 }, { status: 404 }, { status: 201 }], {
      maxAttempts: 1,
    });
    expect(failure(await deliver(setup, identifyPlan('u1'))).retryable).toBe(true);
    expect(await deliver(setup, identifyPlan('u1'))).toMatchObject({ delivered: true, retries: 0 });
  });

  it('after its erasure', async () => {
    const setup = setUp([...CREATED, { status: 204 }, { status: 404 }, { status: 201 }]);
    const [first] = identifyPlan('u1').steps;
    const request = { ...first.request, method: 'DELETE' } as const;
    await deliver(setup, identifyPlan('u1'));
    await deliver(setup, {
      lanes: ['user:u1'],
      steps: [{ ...first, id: 'deleteUser', route: 'users.delete', effect: 'delete', request }],
    });
    expect(await deliver(setup, identifyPlan('u1'))).toMatchObject({ delivered: true, retries: 0 });
  });
});

it('no more than 10,000 are remembered', () => {
  const clock = new FakeClock();
  const recent = new RecentCreations(clock);
  for (let user = 0; user <= 10_000; user += 1) recent.add(`user:${user}`);
  expect([recent.has('user:0'), recent.has('user:1'), recent.has('user:10000')]).toEqual([false, true, true]);
  expect(recent.isEmpty()).toBe(false);
});

it('what an API key created is remembered while other keys come and go', async () => {
  const setup = setUp(
    ({ method, path }) => ({ status: method === 'POST' ? 201 : path === '/v1/users/u1' ? 404 : 204 }),
    { requestsPerSecond: Infinity, requestsPerDay: Infinity },
  );
  await deliver(setup, identifyPlan('u1'));
  for (let key = 0; key < 40; key += 1) await deliver(setup, identifyPlan('u2', { apiKey: `key ${key}` }));
  expect(setup.router.stats().scopes).toBeLessThanOrEqual(17);
  expect(failure(await deliver(setup, identifyPlan('u1'))).code).toBe('unavailable');
});
