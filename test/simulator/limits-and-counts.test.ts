import { createSimulator, type RequestLogEntry } from '../../src/simulator/index.js';
import { account, errorOf, event, startPx, stopAll, user } from './px-client';

afterEach(stopAll);

describe('the rate limit', () => {
  test("is one of a sliding second: the clock's next second does not lift it", async () => {
    let nowMs = 900;
    const px = await startPx({ now: () => nowMs, rateLimit: { requestsPerSecond: 2 } });
    const status = async () => (await px.call('GET', '/v1/users/u1')).status;
    expect([await status(), await status(), await status()]).toEqual([404, 404, 429]);
    nowMs = 1899;
    expect(await status()).toBe(429);
    nowMs = 1900;
    expect([await status(), await status(), await status()]).toEqual([404, 404, 429]);
  });

  test('answers 429 without Retry-After, as PX does, unless configured', async () => {
    const px = await startPx({ rateLimit: { requestsPerSecond: 1 }, now: () => 0 });
    await px.call('GET', '/v1/users/u1');
    const plain = await px.call('GET', '/v1/users/u1');
    expect(errorOf(plain).status).toBe('TOO_MANY_REQUESTS');
    expect(plain.headers['retry-after']).toBeUndefined();
    px.simulator.configure({ rateLimit: { requestsPerSecond: 1, retryAfterSeconds: 3 } });
    expect((await px.call('GET', '/v1/users/u1')).headers['retry-after']).toBe('3');
    px.simulator.configure({ rateLimit: null });
    expect((await px.call('GET', '/v1/users/u1')).status).toBe(404);
  });

  test('writes nothing of what it refuses, and the faults do not count it', async () => {
    const px = await startPx({
      now: () => 0,
      rateLimit: { requestsPerSecond: 1 },
      faults: [{ fault: 'error-500', nth: 2 }],
    });
    expect((await px.call('POST', '/v1/users', user('u1'))).status).toBe(201);
    expect((await px.call('POST', '/v1/users', user('u2'))).status).toBe(429);
    px.simulator.configure({ rateLimit: null });
    expect((await px.call('POST', '/v1/users', user('u3'))).status).toBe(500);
    expect([...px.simulator.state.users.keys()]).toEqual(['u1']);
  });
});

describe('the read lag', () => {
  test('hides a new user from so many requests, but not from another create', async () => {
    const px = await startPx({ readLag: { requests: 2 } });
    await px.call('POST', '/v1/users', user('u1'));
    expect((await px.call('PUT', '/v1/user/preferences/u1', { surveys: false })).status).toBe(404);
    expect((await px.call('POST', '/v1/users', user('u1'))).status).toBe(400);
    expect((await px.call('PUT', '/v1/users/u1', {})).status).toBe(404);
    expect((await px.call('PUT', '/v1/user/preferences/u1', { surveys: false })).status).toBe(204);
  });

  test('hides a new account for so long', async () => {
    let nowMs = 0;
    const px = await startPx({ readLag: { ms: 100 }, now: () => nowMs });
    await px.call('POST', '/v1/accounts', account('a1'));
    nowMs = 99;
    expect((await px.call('PUT', '/v1/accounts/a1', {})).status).toBe(404);
    nowMs = 100;
    expect((await px.call('PUT', '/v1/accounts/a1', {})).status).toBe(204);
    nowMs = 0;
    expect((await px.call('GET', '/v1/accounts/a1')).status).toBe(200);
  });
});

describe('the counts', () => {
  test('are by route, under the names of plans, and by status', async () => {
    const px = await startPx();
    const calls = [
      ['users.create', 'POST', '/v1/users', user('u1')],
      ['users.update', 'PUT', '/v1/users/u1', {}],
      ['users.get', 'GET', '/v1/users/u1'],
      ['users.deny', 'PUT', '/v1/users/denylist/u1', { denied: false }],
      ['accounts.create', 'POST', '/v1/accounts', account('a1')],
      ['accounts.update', 'PUT', '/v1/accounts/a1', {}],
      ['accounts.get', 'GET', '/v1/accounts/a1'],
      ['accounts.delete', 'DELETE', '/v1/accounts/a1'],
      ['events.create', 'POST', '/v1/events/custom', event('u1')],
      ['preferences.set', 'PUT', '/v2/user/preferences/u1', {}],
      ['preferences.get', 'GET', '/v1/user/preferences/u1'],
      ['users.delete', 'DELETE', '/v1/users/u1'],
      ['attributes.list', 'GET', '/v1/admin/model/user/attributes'],
      ['subscription.get', 'GET', '/v1/admin/subscription'],
      ['unknown', 'GET', '/v1/nowhere'],
    ] as const;
    for (const [, method, path, body] of calls) await px.call(method, path, body);
    expect(px.simulator.requests).toEqual({
      total: calls.length,
      byRoute: Object.fromEntries(calls.map(([route]) => [route, 1])),
      byStatus: { 200: 5, 201: 3, 204: 6, 404: 1 },
      peakPerSecond: expect.any(Number) as number,
      inFlight: 0,
      peakInFlight: 1,
      redirectsFollowed: 0,
    });
  });

  test('hold the peak of any sliding second', async () => {
    let nowMs = 0;
    const px = await startPx({ now: () => nowMs });
    for (nowMs of [0, 600, 999, 1400, 1500, 2600, 2700]) await px.call('GET', '/v1/users/u1');
    expect(px.simulator.requests.peakPerSecond).toBe(4);
  });

  test('start anew on reset, with the state or without it', async () => {
    const px = await startPx({ attributes: { user: [{ apiName: 'plan', type: 'STRING' }] } });
    await px.call('POST', '/v1/users', user('u1'));
    await px.call('POST', '/v1/events/custom', event('u1'));
    px.simulator.reset('requests');
    expect(px.simulator.requests).toMatchObject({ total: 0, byRoute: {}, byStatus: {}, peakPerSecond: 0 });
    expect(px.simulator.state.users.size).toBe(1);
    px.simulator.reset();
    expect(px.simulator.state.snapshot()).toEqual({
      users: [],
      accounts: [],
      events: [],
      preferences: [],
      denied: [],
    });
    expect(px.simulator.state.events).toMatchObject({ total: 0, duplicates: 0 });
    expect((await px.call('GET', '/v1/admin/model/user/attributes')).text).toContain('plan');
  });

  test('are logged with one entry for each request', async () => {
    const entries: RequestLogEntry[] = [];
    const px = await startPx({
      onRequestEnd: (entry) => entries.push(entry),
      faults: [{ fault: 'destroy-before-write', nth: 2 }],
    });
    await px.call('GET', '/v1/users/u1?x=1');
    await px.call('POST', '/v1/users', user('u1')).catch(() => undefined);
    expect(entries).toEqual([
      {
        method: 'GET',
        target: '/v1/users/u1?x=1',
        route: 'users.get',
        status: 404,
        durationMs: expect.any(Number) as number,
      },
      {
        method: 'POST',
        target: '/v1/users',
        route: 'users.create',
        durationMs: expect.any(Number) as number,
      },
    ]);
  });
});

describe('a snapshot', () => {
  test('does not depend on the order of requests, nor on the order of fields', async () => {
    const bodies = [user('u1', { title: 't' }), user('u2'), user('U3')];
    const events = [event('u1'), event('u2', { date: 1 }), event('u1', { date: 1 })];
    const snapshots = [];
    for (const reversed of [false, true]) {
      const px = await startPx();
      const order = <Item extends object>(items: Item[]) =>
        reversed ? items.map((item) => Object.fromEntries(Object.entries(item).reverse())).reverse() : items;
      for (const body of order(bodies)) await px.call('POST', '/v1/users', body);
      for (const body of order(events)) await px.call('POST', '/v1/events/custom', body);
      snapshots.push(JSON.stringify(px.simulator.state.snapshot()));
    }
    expect(snapshots[0]).toBe(snapshots[1]);
    expect(snapshots[0]).toContain('"u1"');
  });

  test('leaves out equal events on demand', async () => {
    const px = await startPx();
    for (const id of ['u1', 'u2', 'u1']) await px.call('POST', '/v1/events/custom', event(id));
    expect(px.simulator.state.snapshot().events).toHaveLength(3);
    expect(px.simulator.state.snapshot({ distinctEvents: true }).events).toEqual([event('u1'), event('u2')]);
  });
});

describe('settings that are wrong', () => {
  test.each([
    [{ latencyMs: -1 }, 'latencyMs'],
    [{ latencyMs: '20' }, 'latencyMs'],
    [{ rateLimit: { requestsPerSecond: 0 } }, 'rateLimit.requestsPerSecond'],
    [{ rateLimit: { requestsPerSecond: 1, retryAfterSeconds: 'soon' } }, 'rateLimit.retryAfterSeconds'],
    [{ readLag: { requests: -1 } }, 'readLag.requests'],
    [{ readLag: 5 }, 'readLag'],
    [{ faults: 'error-500' }, 'faults'],
    [{ faults: [{ fault: 'error-501' }] }, 'faults[0].fault'],
    [{ faults: [{ fault: { status: 99 } }] }, 'faults[0].fault'],
    [{ faults: [{ fault: 'hang', route: 'user.update' }] }, 'faults[0].route'],
    [{ faults: [{ fault: 'hang', nth: 0 }] }, 'faults[0].nth'],
    [{ faults: [{ fault: 'hang', every: 1.5 }] }, 'faults[0].every'],
  ])('%j are refused by path', (settings, path) => {
    expect(() => createSimulator(settings as object)).toThrow(TypeError);
    expect(() => createSimulator(settings as object)).toThrow(`${path}: expected `);
  });
});
