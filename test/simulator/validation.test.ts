import { account, errorOf, event, startPx, stopAll, user, type Px } from './px-client';

let px: Px;
beforeAll(async () => {
  px = await startPx();
});
afterAll(stopAll);

const create = {
  user: (body: object) => px.call('POST', '/v1/users', { ...user('u'), ...body }),
  account: (body: object) => px.call('POST', '/v1/accounts', { ...account('a'), ...body }),
  event: (body: object) => px.call('POST', '/v1/events/custom', { ...event('u'), ...body }),
};

describe('refuses with 400 and names the field:', () => {
  test.each([
    ['a number as a string', 'user', { firstName: 7 }, 'firstName'],
    ['a numeric text as an integer', 'user', { score: '7' }, 'score'],
    ['a fraction as an integer', 'account', { numberOfEmployees: 1.5 }, 'numberOfEmployees'],
    ['a string as a number', 'account', { nps: '1.5' }, 'nps'],
    ['a string as a boolean', 'user', { globalUnsubscribe: 'true' }, 'globalUnsubscribe'],
    ['an ISO text as a date', 'user', { signUpDate: '2024-01-01T00:00:00Z' }, 'signUpDate'],
    ['a fraction of a millisecond', 'event', { date: 1700000000000.5 }, 'date'],
    ['a gender outside the enumeration', 'user', { gender: 'female' }, 'gender'],
    ['a user type outside the enumeration', 'user', { type: 'ADMIN' }, 'type'],
    ['a user type outside the enumeration on an event', 'event', { userType: 'user' }, 'userType'],
    ['null on a user', 'user', { title: null }, 'title'],
    ['null on an account', 'account', { plan: null }, 'plan'],
    ['null in custom attributes', 'user', { customAttributes: { plan: null } }, 'customAttributes.plan'],
    ['null in a location', 'user', { location: { city: null } }, 'location.city'],
    ['null on an event', 'event', { url: null }, 'url'],
    ['an unknown field', 'user', { favouriteColour: 'red' }, 'favouriteColour'],
    ['a field named like a method of objects', 'user', { toString: 'x' }, 'toString'],
    ['a field of the other object', 'account', { firstName: 'Ada' }, 'firstName'],
    ['an unknown field of a location', 'user', { location: { planet: 'Earth' } }, 'location.planet'],
    ['a location that is a string', 'user', { location: 'Rome' }, 'location'],
    [
      'a coordinate that is a string',
      'user',
      { location: { coordinates: { latitude: '1' } } },
      'location.coordinates.latitude',
    ],
    ['no property key at all', 'user', { propertyKeys: [] }, 'propertyKeys'],
    ['a property key that is a string', 'user', { propertyKeys: 'AP-TEST-2' }, 'propertyKeys'],
    ['a blank id', 'user', { identifyId: ' ' }, 'identifyId'],
    ['a blank account name', 'account', { name: '' }, 'name'],
    ['an id that is a number', 'user', { identifyId: 7 }, 'identifyId'],
    ['an object in event attributes', 'event', { attributes: { a: { b: 1 } } }, 'attributes.a'],
    ['an array in event attributes', 'event', { attributes: { a: [1] } }, 'attributes.a'],
    ['an object in the global context', 'event', { globalContext: { a: {} } }, 'globalContext.a'],
    ['event attributes that are an array', 'event', { attributes: [] }, 'attributes'],
    ['propertyKeys on an event', 'event', { propertyKeys: ['x'] }, 'propertyKeys'],
  ] as const)('%s', async (_claim, kind, body, field) => {
    const received = await create[kind](body);
    expect(received.status).toBe(400);
    expect(errorOf(received).subErrors!.map((error) => error.field)).toEqual([field]);
    const { users, accounts, events } = px.simulator.state;
    expect([users.size, accounts.size, events.total]).toEqual([0, 0, 0]);
  });

  test('every fault of a body at once', async () => {
    const received = await create.user({ score: 'x', title: 1 });
    expect(errorOf(received).subErrors).toEqual([
      { object: 'user', field: 'score', message: 'must be an integer, was of type string' },
      { object: 'user', field: 'title', message: 'must be a string, was of type number' },
    ]);
  });

  test('an own __proto__ key', async () => {
    const text = JSON.stringify(user('u')).replace('{', '{"__proto__":{"score":1},');
    expect(errorOf(await px.call('POST', '/v1/users', text)).subErrors).toMatchObject([
      { field: '__proto__' },
    ]);
  });
});

describe('takes', () => {
  beforeEach(() => px.simulator.reset());

  const location = {
    ...{
      countryName: 'Italy',
      countryCode: 'IT',
      stateName: 'Lazio',
      stateCode: 'RM',
      city: 'Rome',
      street: 'Via',
    },
    ...{ postalCode: '00100', continent: 'Europe', regionName: 'South', timeZone: 'CET' },
    coordinates: { latitude: 41.9, longitude: 12.5 },
  };

  test('every field of a user, read-only ones too', async () => {
    const body = {
      ...{
        email: 'a@b',
        firstName: 'A',
        lastName: 'B',
        title: 'T',
        phone: '1',
        role: 'R',
        subscriptionId: 's',
      },
      ...{ accountId: 'a', sfdcContactId: 'c', gender: 'OTHER', score: -1, numberOfVisits: 0, signUpDate: 0 },
      ...{
        firstVisitDate: 1,
        lastSeenDate: -1,
        createDate: 1700000000000,
        globalUnsubscribe: false,
        location,
      },
      customAttributes: { text: 't', number: 1.5, boolean: false },
    };
    expect((await create.user(body)).status).toBe(201);
    expect(px.simulator.state.users.get('u')).toEqual(user('u', body));
  });

  test('every field of an account, read-only ones too', async () => {
    const body = {
      ...{
        trackedSubscriptionId: 't',
        sfdcId: 's',
        dunsNumber: 'd',
        industry: 'i',
        sicCode: 's',
        website: 'w',
      },
      ...{
        naicsCode: 'n',
        plan: 'p',
        parentGroupId: 'g',
        gsId: 'g',
        csm: 'c',
        numberOfEmployees: 1,
        healthScore: 2,
      },
      ...{
        nps: 1.5,
        renewalDate: 1,
        lastSeenDate: 2,
        numberOfUsers: 3,
        createDate: 4,
        lastModifiedDate: 5,
        location,
      },
      customAttributes: {},
    };
    expect((await create.account(body)).status).toBe(201);
    expect(px.simulator.state.accounts.get('a')).toEqual(account('a', body));
  });

  test.each([{ sessionId: 's' }, { sessionId: 7 }])('every field of an event, with %j', async (session) => {
    const body = {
      ...{
        date: 1700000000000,
        accountId: 'a',
        url: 'u',
        referrer: 'r',
        remoteHost: '1.2.3.4',
        eventId: 'e',
      },
      attributes: { text: 't', number: 1.5, boolean: true },
      globalContext: { plan: 'gold' },
      ...session,
    };
    expect((await create.event(body)).status).toBe(201);
    expect(px.simulator.state.events.list).toEqual([event('u', body)]);
  });
});

describe('custom attributes that are declared', () => {
  const attributes = {
    user: [
      { apiName: 'plan', type: 'STRING' },
      { apiName: 'seats', type: 'NUMBER' },
      { apiName: 'trial', type: 'BOOLEAN' },
      { apiName: 'renewal', type: 'DATE_TIME' },
      { apiName: 'old', type: 'STRING', state: 'DISABLED' },
    ],
  } as const;
  const post = async (
    customAttributes: object,
    undeclaredAttributes: 'keep' | 'drop' | 'refuse' = 'drop',
  ) => {
    const { call, simulator } = await startPx({ attributes, undeclaredAttributes });
    const received = await call('POST', '/v1/users', user('u', { customAttributes }));
    return { received, stored: simulator.state.users.get('u')?.customAttributes };
  };

  test('are taken in their type', async () => {
    const right = { plan: 'gold', seats: 1.5, trial: false, renewal: 1700000000000 };
    expect(await post(right)).toMatchObject({ received: { status: 201 }, stored: right });
  });

  test.each([{ plan: 1 }, { seats: '1' }, { trial: 'true' }, { renewal: '2024-01-01' }])(
    'are refused in another type: %j',
    async (wrong) => {
      const { received } = await post(wrong);
      expect(received.status).toBe(400);
      expect(errorOf(received).subErrors).toMatchObject([
        { field: `customAttributes.${Object.keys(wrong)[0]}` },
      ]);
    },
  );

  const undeclared = { plan: 'gold', Plan: 'wrong case', old: 'disabled' };
  test('leave others out by default', async () => {
    expect(await post(undeclared)).toMatchObject({ received: { status: 201 } });
    expect((await post(undeclared)).stored).toEqual({ plan: 'gold' });
  });
  test('leave others in on demand', async () => {
    expect((await post(undeclared, 'keep')).stored).toEqual(undeclared);
  });
  test('forbid others on demand', async () => {
    const { received } = await post(undeclared, 'refuse');
    expect(errorOf(received).subErrors!.map(({ field }) => field)).toEqual([
      'customAttributes.Plan',
      'customAttributes.old',
    ]);
  });
});
