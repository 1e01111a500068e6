import { compile } from '../../src';
import { BASE_CONFIG } from './load-fixtures';
import { creationOf, startSimulatedPx, type SimulatedPx } from './simulated-px';

const destination = compile(BASE_CONFIG);
const identify = (userId: string, traits: object = {}) =>
  destination.process({ type: 'identify', userId, traits });
const group = (userId: string, groupId: string, traits: object = {}) =>
  destination.process({ type: 'group', userId, groupId, traits });

let px: SimulatedPx;
/** The same simulated PX, used by another process: its router does not know the lanes of the first router. */
let other: SimulatedPx;
beforeAll(async () => {
  px = await startSimulatedPx();
  other = await startSimulatedPx(px);
});
afterEach(() => {
  px.startAnew();
  other.startAnew();
  px.simulator.configure({ latencyMs: 0, readLag: null });
});
afterAll(async () => {
  await other.close();
  await px.close();
});

const expectDelivered: SimulatedPx['expectDelivered'] = (...outcomes) => {
  px.expectDelivered(...outcomes);
};

test('two new messages of one user side by side make one user, without a refusal', async () => {
  const outcomes = await Promise.all([
    px.deliver(identify('u1', { title: 'first' })),
    px.deliver(identify('u1', { title: 'second' })),
  ]);
  expectDelivered(...outcomes);
  const { users } = px.simulator.state;
  expect([...users.keys()]).toEqual(['u1']);
  expect(users.get('u1')).toMatchObject({ title: 'second' });
  expect(outcomes.flatMap(({ requests }) => requests.map(({ status }) => status))).toEqual([404, 201, 204]);
});

test('two processes that create one user make one user, and both are delivered', async () => {
  px.simulator.configure({ latencyMs: 20 });
  const outcomes = await Promise.all([
    px.deliver(identify('u1', { title: 'x' })),
    other.deliver(identify('u1', { email: 'ada@example.com' })),
  ]);
  expectDelivered(...outcomes);
  expect([...px.simulator.state.users.keys()]).toEqual(['u1']);
  expect(px.simulator.state.users.get('u1')).toMatchObject({ title: 'x', email: 'ada@example.com' });
  const steps = outcomes.map(({ requests }) => requests.map(({ step }) => step)).sort();
  expect(steps).toEqual([
    ['updateUser', 'createUser'],
    ['updateUser', 'createUser', 'updateUserAgain'],
  ]);
});

test('two processes that create one account make one account, and both users are linked', async () => {
  await px.deliverAll(creationOf('u1'), creationOf('u2'));
  px.simulator.configure({ latencyMs: 20 });
  const outcomes = await Promise.all([
    px.deliver(group('u1', 'acme', { industry: 'Manufacturing' })),
    other.deliver(group('u2', 'acme', { plan: 'pro' })),
  ]);
  expectDelivered(...outcomes);
  const { accounts, users } = px.simulator.state;
  expect([...accounts.keys()]).toEqual(['acme']);
  expect(accounts.get('acme')).toMatchObject({ industry: 'Manufacturing', plan: 'pro' });
  expect([...users.values()].map(({ accountId }) => accountId)).toEqual(['acme', 'acme']);
  expect(outcomes.flatMap(({ requests }) => requests).filter(({ status }) => status === 400)).toHaveLength(1);
});

test('the groups of two users on one account are written in order', async () => {
  px.simulator.configure({ latencyMs: 5 });
  const plans = ['one', 'two', 'three', 'four'].map((plan, index) => group(`u${index}`, 'acme', { plan }));
  expectDelivered(...(await Promise.all(plans.map((plan) => px.deliver(plan)))));
  expect(px.simulator.state.accounts.get('acme')).toMatchObject({ plan: 'four' });
  expect(px.simulator.requests.byRoute['accounts.create']).toBe(1);
});

test.each([
  ['the group first', true],
  ['the identify first', false],
])('a group and an identify of one unknown user from two processes: %s', async (_order, isGroupFirst) => {
  px.simulator.configure({ latencyMs: 20 });
  const plans = [group('u1', 'acme'), identify('u1', { title: 'x' })];
  if (!isGroupFirst) plans.reverse();
  const outcomes = await Promise.all([px.deliver(plans[0]!), other.deliver(plans[1]!)]);
  expectDelivered(...outcomes);
  const { users } = px.simulator.state;
  expect([...users.keys()]).toEqual(['u1']);
  expect(users.get('u1')).toMatchObject({ title: 'x', accountId: 'acme' });
});

test('groups of one unknown user on several accounts, from two processes: one user, linked to one of the last', async () => {
  px.simulator.configure({ latencyMs: 5 });
  const accounts = ['a1', 'a2', 'a3', 'a4', 'a5', 'a6'];
  const outcomes = await Promise.all(
    accounts.map((account, at) => [px, other][at % 2]!.deliver(group('u1', account))),
  );
  expectDelivered(...outcomes);
  const { users, accounts: known } = px.simulator.state;
  expect([...known.keys()].sort()).toEqual(accounts);
  expect([...users.keys()]).toEqual(['u1']);
  expect(['a5', 'a6']).toContain(users.get('u1')!.accountId);
  const creates = outcomes.flatMap(({ requests }) =>
    requests.filter(({ route }) => route === 'users.create'),
  );
  expect(creates.filter(({ status }) => status === 201)).toHaveLength(1);
});

test('groups of one unknown user on several accounts, in one process: linked to the last', async () => {
  px.simulator.configure({ latencyMs: 5 });
  expectDelivered(
    ...(await Promise.all(['a1', 'a2', 'a3'].map((account) => px.deliver(group('u1', account))))),
  );
  expect(px.simulator.state.users.get('u1')).toMatchObject({ accountId: 'a3' });
  expect(px.simulator.requests.byRoute['users.create']).toBe(1);
});

describe('PX does not show yet what a group message created:', () => {
  test('the next messages of the user wait for it, and make no second one', async () => {
    const patient = await startSimulatedPx(px, { maxAttempts: 5, backoffBaseMs: 0 });
    px.simulator.configure({ readLag: { requests: 1 } });
    const outcomes = await Promise.all(
      [group('u1', 'acme'), identify('u1', { title: 'x' }), group('u1', 'beta')].map((plan) =>
        patient.deliver(plan),
      ),
    );
    await patient.close();
    expectDelivered(...outcomes);
    expect(px.simulator.state.users.get('u1')).toMatchObject({ title: 'x', accountId: 'beta' });
    expect(px.simulator.requests.byRoute['users.create']).toBe(1);
    expect(outcomes[1]).toMatchObject({
      retries: 1,
      requests: [{ status: 404, verdict: 'unavailable' }, { status: 204 }],
    });
  });

  test('another process gets the 400 for a duplicate, and links the user', async () => {
    px.simulator.configure({ readLag: { requests: 1 } });
    expectDelivered(await px.deliver(group('u1', 'acme')));
    const outcome = await other.deliver(group('u1', 'acme'));
    expectDelivered(outcome);
    expect(outcome.requests.map(({ status }) => status)).toContain(400);
    expect(px.simulator.state.users.get('u1')).toMatchObject({ accountId: 'acme' });
  });

  test('with fail, a user that was created a moment ago is late, and not missing', async () => {
    const failing = compile({ ...BASE_CONFIG, missingUserOnGroup: 'fail' });
    expectDelivered(await px.deliver(identify('u1')));
    px.simulator.configure({ faults: [{ fault: { status: 404, body: '{}' }, route: 'users.update' }] });
    const outcome = await px.deliver(failing.process({ type: 'group', userId: 'u1', groupId: 'acme' }));
    px.simulator.configure({ faults: null });
    expect(outcome).toMatchObject({ delivered: false, code: 'unavailable', retryable: true });
  });
});

test('the same message twice leaves what it left once', async () => {
  const plan = identify('u1', { title: 'x', userPreferences: { surveys: false } });
  await px.deliverAll(plan);
  const once = px.simulator.state.snapshot();
  await px.deliverAll(plan, plan);
  expect(px.simulator.state.snapshot()).toEqual(once);
});
