import { compile, deleteUser, setPreferences, type DestinationConfig } from '../../src';
import { BASE_CONFIG, expectsError, loadFixtures, type ExpectedPlan, type Fixture } from './load-fixtures';
import { creationOf, creationOfAccount, startSimulatedPx, type SimulatedPx } from './simulated-px';
import { wholeBody } from './check-expectation';
import { HAZARDOUS_IDS } from '../destinations/gainsight_px/hazardous-ids';

let px: SimulatedPx;
beforeAll(async () => {
  px = await startSimulatedPx();
});
afterEach(() => px.startAnew());
afterAll(() => px.close());

const ofType = (type: string) =>
  loadFixtures()
    .filter((fixture) => !expectsError(fixture.expect))
    .filter((fixture) => String(fixture.event.type).toLowerCase() === type)
    .map((fixture) => [fixture.name, fixture] as const);

const planOf = ({ config, event }: Fixture) => compile(config as unknown as DestinationConfig).process(event);

/** The body that the fixture expects of a step; undefined where it expects none. */
function expectedBody({ expect: expected }: Fixture, step: string): Record<string, unknown> | undefined {
  const { requests = [] } = expected as ExpectedPlan;
  const body = requests.find(([id]) => id === step)?.[3];
  return body && wholeBody(body, requests);
}

test.each(ofType('identify'))('PX takes %s, and writes exactly that user', async (_name, fixture) => {
  const created = expectedBody(fixture, 'createUser');
  await px.deliverAll(planOf(fixture));
  const { users, preferences } = px.simulator.state;
  expect(users.size).toBe(1);
  if (created === undefined) return; // A fixture about the run alone.
  const id = created.identifyId as string;
  expect(users.get(id)).toMatchObject(created);

  await px.deliverAll(planOf(fixture));
  expect([...users.keys()]).toEqual([id]);
  expect(px.simulator.requests.byRoute['users.create']).toBe(1);
  const { identifyId: _, ...flags } = expectedBody(fixture, 'setPreferences') ?? {};
  expect([...preferences]).toEqual(
    Object.keys(flags).length === 0 ? [] : [[id, expect.objectContaining(flags)]],
  );
});

const groups = ofType('group').map(([name, fixture]) => {
  const plan = planOf(fixture);
  const userId = plan.lanes.find((lane) => lane.startsWith('user:'))?.slice('user:'.length);
  return { name, fixture, plan, userId };
});
const linking = groups.filter(
  (group): group is typeof group & { userId: string } => group.userId !== undefined,
);
const without = groups.filter(({ userId }) => userId === undefined);

test.each(linking)('PX takes $name, and links exactly that user to that account', async (group) => {
  const { fixture, plan, userId } = group;
  const link = expectedBody(fixture, 'linkUser');
  const account = expectedBody(fixture, 'createAccount');
  await px.deliverAll(creationOf(userId), creationOf('bystander'), creationOfAccount('bystander'));
  await px.deliverAll(plan, plan);
  const { users, accounts } = px.simulator.state;
  expect(users.get('bystander')).not.toHaveProperty('accountId');
  expect(accounts.get('bystander')).toMatchObject({ propertyKeys: ['untouched'] });
  expect([...users.keys()].sort()).toEqual([userId, 'bystander'].sort());
  expect(accounts.size).toBe(2);
  if (link === undefined || account === undefined) return; // A fixture about the run alone.
  expect(users.get(userId)).toMatchObject({ accountId: link.accountId });
  expect(accounts.get(link.accountId as string)).toMatchObject(account);
});

test.each(linking)('an empty PX takes $name', async ({ fixture, plan, userId }) => {
  const outcome = await px.deliver(plan);
  const { users, accounts } = px.simulator.state;
  expect(accounts.size).toBe(1);
  const { missingUserOnGroup = 'create' } = fixture.config;
  if (missingUserOnGroup === 'create') {
    px.expectDelivered(outcome);
    expect(outcome).not.toHaveProperty('note');
    expect([...users.keys()]).toEqual([userId]);
    expect(users.get(userId)).toMatchObject({ accountId: [...accounts.keys()][0], type: 'USER' });
    const user = expectedBody(fixture, 'createUser');
    if (user !== undefined) expect(users.get(userId)).toMatchObject(user);
    return;
  }
  expect(users.size).toBe(0);
  expect(outcome).toMatchObject(
    missingUserOnGroup === 'skip'
      ? { delivered: true, note: 'link_skipped' }
      : { delivered: false, code: 'user_not_found', kind: 'retryable', retryable: true, status: 404 },
  );
});

test.each(without)('PX takes $name, and writes that account alone', async ({ fixture, plan }) => {
  await px.deliverAll(plan, plan);
  const { users, accounts } = px.simulator.state;
  expect([users.size, accounts.size]).toEqual([0, 1]);
  expect(await px.deliver(plan)).toMatchObject({ note: 'link_skipped' });
  const account = expectedBody(fixture, 'createAccount');
  if (account !== undefined) expect([...accounts.values()][0]).toMatchObject(account);
});

test.each(ofType('track'))('PX takes %s as it was meant', async (_name, fixture) => {
  await px.deliverAll(planOf(fixture));
  const { events, users, accounts } = px.simulator.state;
  expect(events.total).toBe(1);
  expect([users.size, accounts.size]).toEqual([0, 0]);
  const due = expectedBody(fixture, 'createEvent');
  if (due !== undefined) expect(events.list[0]).toMatchObject(due);
});

describe('among the most hazardous ids, exactly one object is reached:', () => {
  const seed = async () => {
    await Promise.all(HAZARDOUS_IDS.map((id) => px.deliverAll(creationOf(id), creationOfAccount(id))));
  };
  const touched = (records: ReadonlyMap<string, Readonly<Record<string, unknown>>>) =>
    [...records]
      .filter(([, record]) => (record.propertyKeys as string[])[0] !== 'untouched')
      .map(([id]) => id);

  test.each(HAZARDOUS_IDS.map((id) => [JSON.stringify(id.slice(0, 24)), id]))('%s', async (_label, id) => {
    await seed();
    const destination = compile(BASE_CONFIG);
    const { users, accounts, preferences } = px.simulator.state;
    await px.deliverAll(destination.process({ type: 'identify', userId: id, traits: { title: 'x' } }));
    expect(touched(users)).toEqual([id]);
    expect(accounts.size).toBe(HAZARDOUS_IDS.length);
    expect(touched(accounts)).toEqual([]);

    await px.deliverAll(destination.process({ type: 'group', userId: id, groupId: id }));
    expect(touched(accounts)).toEqual([id]);
    const linked = [...users].filter(([, user]) => user.accountId !== undefined);
    expect(linked.map(([key, user]) => [key, user.accountId])).toEqual([[id, id]]);

    await px.deliverAll(setPreferences(id, { surveys: false }, BASE_CONFIG));
    expect([...preferences.keys()]).toEqual([id]);

    await px.deliverAll(deleteUser(id, BASE_CONFIG));
    expect([...users.keys()].sort()).toEqual(HAZARDOUS_IDS.filter((other) => other !== id).sort());
    expect(users.size).toBe(HAZARDOUS_IDS.length - 1);
    expect(accounts.size).toBe(HAZARDOUS_IDS.length);

    // What is erased for good does not come back with the user.
    await px.deliverAll(destination.process({ type: 'identify', userId: id }));
    expect(users.get(id)).not.toHaveProperty('title');
  });
});
