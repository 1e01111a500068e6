import { account, event, startPx, stopAll, user, type Px } from './px-client';

const DAY_MS = 24 * 60 * 60 * 1000;
let nowMs: number;
let px: Px;

beforeEach(async () => {
  nowMs = 1_700_000_000_000;
  px = await startPx({ now: () => nowMs });
  await px.call('POST', '/v1/users', user('u1', { title: 'old' }));
});
afterEach(stopAll);

describe.each(['v1', 'v2'])('preferences %s', (version) => {
  const path = `/${version}/user/preferences`;
  const UNSET = {
    trackUsage: null,
    productUpdates: null,
    guidedTours: null,
    surveys: null,
    onboardingBot: null,
    trackEmailAnalytics: null,
  };

  test('are null until they are set', async () => {
    const received = await px.call('GET', `${path}/u1`);
    expect(received.status).toBe(200);
    expect(JSON.parse(received.text)).toEqual(UNSET);
  });

  test('are overridden one by one with 204; null changes nothing', async () => {
    expect(await px.call('PUT', `${path}/u1`, { surveys: false, trackUsage: true })).toMatchObject({
      status: 204,
      text: '',
    });
    expect((await px.call('PUT', `${path}/u1`, { surveys: null, guidedTours: false })).status).toBe(204);
    const received = await px.call('GET', `${path}/u1`);
    expect(JSON.parse(received.text)).toEqual({
      ...UNSET,
      surveys: false,
      trackUsage: true,
      guidedTours: false,
    });
  });

  test('are set and read by an id in the body', async () => {
    expect((await px.call('PUT', path, { identifyId: 'u1', surveys: false })).status).toBe(204);
    const received = await px.call('POST', path, { identifyId: 'u1' });
    expect(JSON.parse(received.text)).toEqual({ ...UNSET, surveys: false });
  });

  test('of an unknown user are 404, in each form', async () => {
    expect((await px.call('GET', `${path}/nobody`)).status).toBe(404);
    expect((await px.call('PUT', `${path}/nobody`, { surveys: false })).status).toBe(404);
    expect((await px.call('PUT', path, { identifyId: 'nobody', surveys: false })).status).toBe(404);
    expect((await px.call('POST', path, { identifyId: 'nobody' })).status).toBe(404);
    expect(px.simulator.state.preferences.size).toBe(0);
  });

  test.each([{ surveys: 'false' }, { survey: false }, { identifyId: 'u2', surveys: false }])(
    'refuse %j with 400',
    async (body) => {
      expect((await px.call('PUT', `${path}/u1`, body)).status).toBe(400);
      expect(px.simulator.state.preferences.size).toBe(0);
    },
  );

  test('in the body form need an id', async () => {
    expect((await px.call('PUT', path, { surveys: false })).status).toBe(400);
    expect((await px.call('POST', path, {})).status).toBe(400);
  });
});

describe('the denylist', () => {
  test('makes PX answer the events of a user and ignore them, until it is taken back', async () => {
    expect((await px.call('PUT', '/v1/users/denylist/u1', { denied: true })).status).toBe(204);
    expect([...px.simulator.state.denied]).toEqual(['u1']);
    expect((await px.call('POST', '/v1/events/custom', event('u1'))).status).toBe(201);
    expect(px.simulator.state.events).toMatchObject({ total: 0, ignored: 1 });

    expect((await px.call('PUT', '/v1/users/denylist/u1', { denied: false })).status).toBe(204);
    await px.call('POST', '/v1/events/custom', event('u1'));
    expect(px.simulator.state.events).toMatchObject({ total: 1, ignored: 1 });
  });

  test('knows no unknown user, and needs a boolean', async () => {
    expect((await px.call('PUT', '/v1/users/denylist/nobody', { denied: true })).status).toBe(404);
    expect((await px.call('PUT', '/v1/users/denylist/u1', { denied: 'true' })).status).toBe(400);
    expect((await px.call('PUT', '/v1/users/denylist/u1', {})).status).toBe(400);
  });
});

describe('a deletion', () => {
  test('is 204, and then the user is gone: 404', async () => {
    expect((await px.call('DELETE', '/v1/users/u1')).status).toBe(204);
    expect((await px.call('GET', '/v1/users/u1')).status).toBe(404);
    expect((await px.call('DELETE', '/v1/users/u1')).status).toBe(404);
    expect((await px.call('DELETE', '/v1/users/nobody')).status).toBe(404);
  });

  test.each([
    ['an update', () => px.call('PUT', '/v1/users/u1', { role: 'new' }), 204],
    ['a create', () => px.call('POST', '/v1/users', user('u1', { role: 'new' })), 201],
  ])(
    'that is soft is undone by %s within seven days, history and consent included',
    async (_name, revive, status) => {
      await px.call('PUT', '/v1/user/preferences/u1', { surveys: false });
      await px.call('PUT', '/v1/users/denylist/u1', { denied: true });
      await px.call('DELETE', '/v1/users/u1');
      expect(px.simulator.state.snapshot()).toMatchObject({ users: [], preferences: [], denied: [] });
      nowMs += 7 * DAY_MS - 1;
      expect((await revive()).status).toBe(status);
      expect(px.simulator.state.snapshot()).toMatchObject({
        users: [user('u1', { title: 'old', role: 'new' })],
        preferences: [{ identifyId: 'u1', surveys: false }],
        denied: ['u1'],
      });
    },
  );

  test('that is soft is for good after seven days', async () => {
    await px.call('PUT', '/v1/user/preferences/u1', { surveys: false });
    await px.call('DELETE', '/v1/users/u1');
    nowMs += 7 * DAY_MS;
    expect((await px.call('PUT', '/v1/users/u1', { role: 'new' })).status).toBe(404);
    expect((await px.call('POST', '/v1/users', user('u1'))).status).toBe(201);
    expect(px.simulator.state.users.get('u1')).toEqual(user('u1'));
    expect(px.simulator.state.preferences.size).toBe(0);
  });

  test('that is soft is not prolonged by another', async () => {
    await px.call('DELETE', '/v1/users/u1');
    nowMs += 6 * DAY_MS;
    await px.call('DELETE', '/v1/users/u1');
    nowMs += DAY_MS;
    expect((await px.call('PUT', '/v1/users/u1', {})).status).toBe(404);
  });

  test.each([
    ['the path', () => px.call('DELETE', '/v1/users/u1?hardDelete=true')],
    ['the body', () => px.call('DELETE', '/v1/users/delete?hardDelete=true', { identifyId: 'u1' })],
  ])('that is hard, by an id in %s, is for good at once', async (_form, erase) => {
    await px.call('PUT', '/v1/user/preferences/u1', { surveys: false });
    expect((await erase()).status).toBe(204);
    expect((await erase()).status).toBe(404);
    expect((await px.call('PUT', '/v1/users/u1', {})).status).toBe(404);
    expect(px.simulator.state.preferences.size).toBe(0);
  });

  test('that is hard takes what was soft-deleted before', async () => {
    await px.call('DELETE', '/v1/users/u1');
    expect((await px.call('DELETE', '/v1/users/u1?hardDelete=true')).status).toBe(204);
    expect((await px.call('PUT', '/v1/users/u1', {})).status).toBe(404);
  });

  test('with another hardDelete than true or false is 400', async () => {
    expect((await px.call('DELETE', '/v1/users/u1?hardDelete=yes')).status).toBe(400);
    expect((await px.call('DELETE', '/v1/users/u1?hardDelete=false')).status).toBe(204);
    expect((await px.call('PUT', '/v1/users/u1', {})).status).toBe(204);
  });

  test('in the body form needs an id', async () => {
    expect((await px.call('DELETE', '/v1/users/delete?hardDelete=true', {})).status).toBe(400);
    expect(px.simulator.state.users.size).toBe(1);
  });

  test('of an account takes all its users along, and no others', async () => {
    await px.call('POST', '/v1/accounts', account('a1'));
    await px.call('POST', '/v1/users', user('u2', { accountId: 'a1' }));
    await px.call('POST', '/v1/users', user('u3', { accountId: 'a1' }));
    await px.call('POST', '/v1/users', user('u4', { accountId: 'a2' }));
    expect((await px.call('DELETE', '/v1/accounts/a1')).status).toBe(204);
    expect([...px.simulator.state.users.keys()]).toEqual(['u1', 'u4']);
    expect(px.simulator.state.accounts.size).toBe(0);
    expect((await px.call('DELETE', '/v1/accounts/a1')).status).toBe(404);
  });

  test('keeps the events: custom events cannot be deleted', async () => {
    await px.call('POST', '/v1/events/custom', event('u1'));
    await px.call('DELETE', '/v1/users/u1?hardDelete=true');
    expect(px.simulator.state.events.list).toHaveLength(1);
  });
});
