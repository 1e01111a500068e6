import { account, errorOf, event, startPx, stopAll, user } from './px-client';

afterEach(stopAll);

describe.each([
  { kind: 'user', collection: 'users', make: user, id: 'identifyId' },
  { kind: 'account', collection: 'accounts', make: account, id: 'id' },
] as const)('a $kind', ({ kind, collection, make, id }) => {
  const path = `/v1/${collection}`;

  test('is created with 201 and no body', async () => {
    const px = await startPx();
    expect(await px.call('POST', path, make('x1'))).toMatchObject({ status: 201, text: '' });
    expect(px.simulator.state[collection].get('x1')).toEqual(make('x1'));
  });

  test('that exists already is refused with 400 "possible duplicate", never 409', async () => {
    const px = await startPx();
    await px.call('POST', path, make('x1', { propertyKeys: ['first'] }));
    const second = await px.call('POST', path, make('x1', { propertyKeys: ['second'] }));
    expect(second.status).toBe(400);
    expect(errorOf(second).message).toContain('possible duplicate');
    expect(px.simulator.state[collection].get('x1')).toMatchObject({ propertyKeys: ['first'] });
  });

  test('that is absent cannot be updated: 404, and nothing is created', async () => {
    const px = await startPx();
    const received = await px.call('PUT', `${path}/x1`, { propertyKeys: ['p'] });
    expect(received.status).toBe(404);
    expect(errorOf(received)).toEqual({
      status: 'NOT_FOUND',
      message: `${kind} was not found`,
      debugMessage: null,
      subErrors: null,
    });
    expect(px.simulator.state[collection].size).toBe(0);
  });

  test('is updated in part, with 204: what the body does not name is kept', async () => {
    const px = await startPx();
    const before = { location: { city: 'Rome', coordinates: { latitude: 1 } }, customAttributes: { a: 1 } };
    await px.call('POST', path, make('x1', before));
    const change = { location: { street: 'Via', coordinates: { longitude: 2 } }, customAttributes: { b: 2 } };
    expect(await px.call('PUT', `${path}/x1`, change)).toMatchObject({ status: 204, text: '' });
    expect(px.simulator.state[collection].get('x1')).toEqual(
      make('x1', {
        location: { city: 'Rome', street: 'Via', coordinates: { latitude: 1, longitude: 2 } },
        customAttributes: { a: 1, b: 2 },
      }),
    );
  });

  test('is updated by an id in the body under /update', async () => {
    const px = await startPx();
    await px.call('POST', path, make('a/b'));
    expect((await px.call('PUT', `${path}/update`, { [id]: 'a/b', propertyKeys: ['new'] })).status).toBe(204);
    expect((await px.call('PUT', `${path}/update`, { [id]: 'b', propertyKeys: ['new'] })).status).toBe(404);
    expect(px.simulator.state[collection].get('a/b')).toMatchObject({ propertyKeys: ['new'] });
  });

  test('cannot be updated under /update without an id: 400', async () => {
    const px = await startPx();
    const received = await px.call('PUT', `${path}/update`, { propertyKeys: ['new'] });
    expect(received.status).toBe(400);
    expect(errorOf(received).subErrors).toEqual([{ object: kind, field: id, message: 'must not be null' }]);
  });

  test('cannot be renamed: an id in the body that differs from the path is 400', async () => {
    const px = await startPx();
    await px.call('POST', path, make('x1'));
    expect((await px.call('PUT', `${path}/x1`, { [id]: 'x2' })).status).toBe(400);
    expect((await px.call('PUT', `${path}/x1`, { [id]: 'x1' })).status).toBe(204);
  });

  test('is read with 200, by its case-sensitive id', async () => {
    const px = await startPx();
    await px.call('POST', path, make('x1'));
    const received = await px.call('GET', `${path}/x1`);
    expect(received).toMatchObject({ status: 200, headers: { 'content-type': 'application/json' } });
    expect(JSON.parse(received.text)).toEqual(make('x1'));
    expect((await px.call('GET', `${path}/X1`)).status).toBe(404);
  });

  test('needs its required fields to be created: 400 names each', async () => {
    const px = await startPx();
    const received = await px.call('POST', path, {});
    expect(received.status).toBe(400);
    expect(errorOf(received)).toMatchObject({ status: 'BAD_REQUEST', message: 'Validation error' });
    expect(errorOf(received).subErrors!.map(({ field }) => field)).toEqual(
      kind === 'user' ? ['identifyId', 'propertyKeys'] : ['id', 'name'],
    );
  });
});

describe('a custom event', () => {
  test('is taken with 201, for a user that PX does not know too', async () => {
    const px = await startPx();
    expect((await px.call('POST', '/v1/events/custom', event('u1'))).status).toBe(201);
    expect(px.simulator.state.events.list).toEqual([event('u1')]);
    expect(px.simulator.state.users.size).toBe(0);
  });

  test('needs identifyId, propertyKey, userType and eventName', async () => {
    const px = await startPx();
    const received = await px.call('POST', '/v1/events/custom', {});
    expect(received.status).toBe(400);
    expect(errorOf(received).subErrors!.map(({ field }) => field)).toEqual([
      'identifyId',
      'propertyKey',
      'userType',
      'eventName',
    ]);
  });

  test('with more than 50 attributes is taken: no refusal is documented', async () => {
    const px = await startPx();
    const attributes = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`a${index}`, index]));
    expect((await px.call('POST', '/v1/events/custom', event('u1', { attributes }))).status).toBe(201);
  });

  test('counts as a duplicate when its eventId, or without one its whole body, came before', async () => {
    const px = await startPx();
    const bodies = [
      event('u1'),
      event('u1'),
      event('u2'),
      event('u1', { eventId: 'e1' }),
      event('u2', { eventId: 'e1' }),
    ];
    for (const body of bodies) await px.call('POST', '/v1/events/custom', body);
    expect(px.simulator.state.events).toMatchObject({ total: 5, duplicates: 2 });
    expect(px.simulator.state.events.list).toHaveLength(5);
  });

  test('is compared with those of the last keepEvents at least', async () => {
    const px = await startPx({ keepEvents: 3 });
    for (const id of ['u1', 'u2', 'u3', 'u4', 'u2', 'u5', 'u6', 'u7', 'u1']) {
      await px.call('POST', '/v1/events/custom', event(id));
    }
    expect(px.simulator.state.events).toMatchObject({ total: 9, duplicates: 1 });
  });

  test('is counted, but not kept, once keepEvents are kept', async () => {
    const px = await startPx({ keepEvents: 2 });
    for (const id of ['u1', 'u2', 'u3']) await px.call('POST', '/v1/events/custom', event(id));
    expect(px.simulator.state.events.total).toBe(3);
    expect(px.simulator.state.events.list.map(({ identifyId }) => identifyId)).toEqual(['u1', 'u2']);
  });
});

describe('the key', () => {
  test.each([
    { claim: 'a missing one is 401', options: {}, key: null, status: 401 },
    { claim: 'an empty one is 401', options: {}, key: '', status: 401 },
    { claim: 'any will do by default', options: {}, key: 'whatever', status: 404 },
    {
      claim: 'another than the one demanded is 401',
      options: { apiKey: 'right' },
      key: 'wrong',
      status: 401,
    },
    { claim: 'the one demanded will do', options: { apiKey: 'right' }, key: 'right', status: 404 },
  ])('$claim', async ({ options, key, status }) => {
    const px = await startPx(options);
    const received = await px.call('PUT', '/v1/users/u1', {}, { 'x-aptrinsic-api-key': key });
    expect(received.status).toBe(status);
    expect(errorOf(received).status).toBe(status === 401 ? 'UNAUTHORIZED' : 'NOT_FOUND');
  });

  test('is checked before the route and the body', async () => {
    const px = await startPx();
    const none = { 'x-aptrinsic-api-key': null };
    expect((await px.call('GET', '/v1/nowhere', undefined, none)).status).toBe(401);
    expect((await px.call('POST', '/v1/users', '{', none)).status).toBe(401);
  });
});

describe('routing', () => {
  test.each([
    '/',
    '/v1',
    '/v2/users/u1',
    '/V1/users/u1',
    '/v1/Users/u1',
    '/v1/users/u1/x',
    '/v1/admin/model/event/attributes',
  ])('the unknown path %s is 404, and counts as unknown', async (path) => {
    const px = await startPx();
    const received = await px.call('GET', path);
    expect(received.status).toBe(404);
    expect(errorOf(received).message).toBe('No handler found');
    expect(px.simulator.requests.byRoute).toEqual({ unknown: 1 });
  });

  test.each([
    ['PATCH', '/v1/users/u1', 'PUT, GET, DELETE'],
    ['GET', '/v1/users', 'POST'],
    ['POST', '/v1/users/u1', 'PUT, GET, DELETE'],
    ['GET', '/v1/events/custom', 'POST'],
    ['DELETE', '/v1/user/preferences/u1', 'GET, PUT'],
  ])('%s %s is 405 and says what is allowed', async (method, path, allow) => {
    const px = await startPx();
    const received = await px.call(method, path);
    expect(received).toMatchObject({ status: 405, headers: { allow } });
    expect(errorOf(received).status).toBe('METHOD_NOT_ALLOWED');
  });
});

describe('the body', () => {
  test.each([
    {
      claim: 'of another content type is 415',
      body: '{}',
      headers: { 'content-type': 'text/plain' },
      status: 415,
    },
    { claim: 'without a content type is 415', body: '{}', headers: { 'content-type': null }, status: 415 },
    { claim: 'that is compressed is 415', body: '{}', headers: { 'content-encoding': 'gzip' }, status: 415 },
    { claim: 'that is malformed is 400', body: '{"a":', headers: {}, status: 400 },
    { claim: 'that is missing is 400', body: undefined, headers: {}, status: 400 },
    { claim: 'that is an array is 400', body: '[]', headers: {}, status: 400 },
    { claim: 'that is null is 400', body: 'null', headers: {}, status: 400 },
    { claim: 'over the limit is 413', body: `{"title":"${'x'.repeat(2000)}"}`, headers: {}, status: 413 },
    {
      claim: 'with a charset in its content type is read',
      body: '{}',
      headers: { 'content-type': 'application/json; charset=utf-8' },
      status: 404,
    },
  ])('$claim', async ({ body, headers, status }) => {
    const px = await startPx({ maxBodyBytes: 1000 });
    expect((await px.call('PUT', '/v1/users/u1', body, headers)).status).toBe(status);
  });

  test('that is not UTF-8 is 400', async () => {
    const px = await startPx();
    await px.call('POST', '/v1/users', user('u1'));
    const response = await fetch(`${px.origin}/v1/users/u1`, {
      method: 'PUT',
      headers: { 'x-aptrinsic-api-key': 'k', 'content-type': 'application/json' },
      body: Buffer.concat([Buffer.from('{"title":"'), Buffer.of(0xff), Buffer.from('"}')]),
    });
    expect(response.status).toBe(400);
  });

  test('of 5 MB is read', async () => {
    const px = await startPx();
    const body = event('u1', { attributes: { text: 'x'.repeat(5_000_000) } });
    expect((await px.call('POST', '/v1/events/custom', body)).status).toBe(201);
  });
});

describe('attribute metadata', () => {
  test('lists the declared attributes of a model', async () => {
    const px = await startPx({ attributes: { user: [{ apiName: 'plan', type: 'STRING' }] } });
    px.simulator.defineAttribute('account', { apiName: 'seats', type: 'NUMBER', state: 'DISABLED' });
    const users = await px.call('GET', '/v1/admin/model/user/attributes');
    expect(JSON.parse(users.text)).toEqual([
      { apiName: 'plan', type: 'STRING', state: 'ENABLED', origin: 'CUSTOM' },
    ]);
    const accounts = await px.call('GET', '/v1/admin/model/account/attributes');
    expect(JSON.parse(accounts.text)).toEqual([
      { apiName: 'seats', type: 'NUMBER', state: 'DISABLED', origin: 'CUSTOM' },
    ]);
  });
});

describe('the subscription', () => {
  test('lists the products with their tag keys, and none by default', async () => {
    const products = [{ name: 'Shop', propertyKey: 'AP-SHOP-2' }];
    const px = await startPx({ products });
    px.simulator.reset();
    const answer = await px.call('GET', '/v1/admin/subscription');
    expect([answer.status, JSON.parse(answer.text)]).toEqual([
      200,
      { name: 'Simulated subscription', products },
    ]);
    const none = await (await startPx()).call('GET', '/v1/admin/subscription');
    expect(JSON.parse(none.text)).toMatchObject({ products: [] });
  });
});

describe('the permissions of the key', () => {
  const READS = [
    ['GET', '/v1/users/u1'],
    ['GET', '/v1/accounts/a1'],
    ['GET', '/v1/user/preferences/u1'],
    ['POST', '/v2/user/preferences', { identifyId: 'u1' }],
    ['GET', '/v1/admin/model/user/attributes'],
    ['GET', '/v1/admin/model/account/attributes'],
    ['GET', '/v1/admin/subscription'],
  ] as const;
  const WRITES = [
    ['POST', '/v1/users', user('u2')],
    ['PUT', '/v1/users/u1', {}],
    ['PUT', '/v1/users/update', { identifyId: 'u1' }],
    ['DELETE', '/v1/users/u1'],
    ['PUT', '/v1/users/denylist/u1', { denied: true }],
    ['POST', '/v1/accounts', account('a1')],
    ['POST', '/v1/events/custom', event('u1')],
    ['PUT', '/v1/user/preferences/u1', { surveys: false }],
  ] as const;

  test.each([
    [{ read: true, write: false }, WRITES, READS, 403, 'externalapierror'],
    [{ read: false, write: true, refusal: '401' }, READS, WRITES, 401, 'externalapierror'],
    [{ read: false, write: true, refusal: '403-html' }, READS, WRITES, 403, '<title>403 Forbidden</title>'],
  ] as const)('%j', async (permissions, refused, allowed, status, text) => {
    const px = await startPx();
    await px.call('POST', '/v1/users', user('u1'));
    const before = JSON.stringify(px.simulator.state.snapshot());
    px.simulator.configure({ permissions });
    for (const [method, path, body] of refused) {
      expect(await px.call(method, path, body)).toMatchObject({
        status,
        text: expect.stringContaining(text) as string,
      });
    }
    expect(JSON.stringify(px.simulator.state.snapshot())).toBe(before);
    for (const [method, path, body] of allowed)
      expect([401, 403]).not.toContain((await px.call(method, path, body)).status);
    px.simulator.configure({ permissions: null });
    for (const [method, path, body] of [...READS, ...WRITES])
      expect([401, 403]).not.toContain((await px.call(method, path, body)).status);
  });

  test.each([
    [{ read: true }, 'permissions.write'],
    [{ read: 1, write: true }, 'permissions.read'],
    [{ read: true, write: true, refusal: 403 }, 'permissions.refusal'],
    [[], 'permissions'],
    ['read', 'permissions'],
  ])('%j is refused', async (permissions, path) => {
    const px = await startPx();
    expect(() => px.simulator.configure({ permissions: permissions as never })).toThrow(path);
  });
});
