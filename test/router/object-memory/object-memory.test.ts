import { process, setPreferences, type RequestPlan } from '../../../src';
import type { ObjectStore } from '../../../src/router';
import { ACCOUNT, at, CONFIG, group, identify, MemorySetup, MINUTE_MS, USER } from './setup';

const EMAIL = { email: 'ada@example.com' };

describe('what PX holds already is not sent again', () => {
  it('an identify that says nothing new sends nothing, and is delivered', async () => {
    const setup = new MemorySetup();
    await setup.deliver(identify({ ...EMAIL, plan: 'pro' }, -3));
    setup.sent();
    const outcome = await setup.deliver(identify({ ...EMAIL, plan: 'pro' }, -2));
    expect(outcome).toEqual({
      delivered: true,
      requests: [],
      retries: 0,
      mayBeDuplicate: false,
      unsent: { steps: 1, unchangedFields: 2, staleFields: 0 },
    });
    expect(setup.sent()).toEqual([]);
  });

  it('only the fields that change are sent, with what every update has', async () => {
    const setup = new MemorySetup();
    await setup.deliver(
      identify({ ...EMAIL, plan: 'pro', seats: 5, city: 'Oslo', latitude: 1, longitude: 2 }, -3),
    );
    setup.sent();
    const changed = { ...EMAIL, plan: 'pro', seats: 6, city: 'Oslo', latitude: 1, longitude: 3 };
    const outcome = await setup.deliver(identify(changed, -2));
    expect(setup.sent()).toEqual([
      [
        'PUT /v1/users/ada',
        { ...USER, customAttributes: { seats: 6 }, location: { coordinates: { longitude: 3 } } },
      ],
    ]);
    expect(outcome.unsent).toEqual({ steps: 0, unchangedFields: 4, staleFields: 0 });
  });

  it('an id in the body goes along as well', async () => {
    const setup = new MemorySetup();
    await setup.deliver(identify(EMAIL, -3, 'a/b'));
    setup.sent();
    await setup.deliver(identify({ ...EMAIL, title: 'Dr' }, -2, 'a/b'));
    expect(setup.sent()).toEqual([['PUT /v1/users/update', { identifyId: 'a/b', ...USER, title: 'Dr' }]]);
    await setup.deliver(identify({ title: 'Dr' }, -1, 'a/b'));
    expect(setup.sent()).toEqual([]);
  });

  it('every member of an account repeats its traits: the account is written once, each link once', async () => {
    const setup = new MemorySetup();
    for (const userId of ['a', 'b', 'c', 'a', 'b', 'c'])
      await setup.deliver(group({ name: 'Acme', tier: 'gold' }, -3, 'acme', userId));
    const requests = setup.sent().map(([request]) => request);
    expect(requests).toEqual([
      'PUT /v1/accounts/acme',
      'POST /v1/accounts',
      'PUT /v1/users/a',
      'POST /v1/users',
      'PUT /v1/users/b',
      'POST /v1/users',
      'PUT /v1/users/c',
      'POST /v1/users',
    ]);
    expect(setup.router.stats().unsent).toEqual({ steps: 8, unchangedFields: 13, staleFields: 0 });
  });

  it('a value is known from each source: the link of a group message and the accountId of an identify', async () => {
    const setup = new MemorySetup();
    await setup.deliver(group({}, -3));
    setup.sent();
    await setup.deliver(identify({ accountId: 'acme' }, -2));
    expect(setup.sent()).toEqual([]);
  });

  it('values are told apart by their type, and long ones too', async () => {
    const setup = new MemorySetup();
    const long = 'x'.repeat(5_000);
    for (const plan of ['1', 1, true, 'true', `${long}a`, `${long}b`]) {
      await setup.deliver(identify({ plan }, -3));
      expect(setup.sent().at(-1)![1]).toMatchObject({ customAttributes: { plan } });
      await setup.deliver(identify({ plan }, -3));
      expect(setup.sent()).toEqual([]);
    }
  });

  it('another productTagKey of the same key is a change', async () => {
    const setup = new MemorySetup();
    await setup.deliver(identify(EMAIL, -3));
    setup.sent();
    await setup.deliver(identify(EMAIL, -2), { ...CONFIG, productTagKey: 'AP-OTHER-2' });
    expect(setup.sent()).toEqual([['PUT /v1/users/ada', { type: 'USER', propertyKeys: ['AP-OTHER-2'] }]]);
  });

  it('it is sent again when the time is over, counted from when it was sent', async () => {
    const setup = new MemorySetup();
    await setup.deliver(identify(EMAIL, -3));
    await setup.clock.advance(9 * MINUTE_MS);
    setup.sent();
    await setup.deliver(identify(EMAIL, 8));
    expect(setup.sent()).toEqual([]);
    await setup.clock.advance(MINUTE_MS);
    await setup.deliver(identify(EMAIL, 9));
    expect(setup.sent()).toHaveLength(1);
  });

  it('it costs nothing when it is off', async () => {
    const setup = new MemorySetup({}, false);
    for (let time = 0; time < 3; time += 1) {
      const outcome = await setup.deliver(identify(EMAIL, -time));
      expect('unsent' in outcome).toBe(false);
    }
    expect(setup.sent()).toHaveLength(4);
  });
});

describe('never left out', () => {
  it('events and preferences', async () => {
    const setup = new MemorySetup();
    const message = identify({ ...EMAIL, userPreferences: { surveys: false } }, -3);
    await setup.deliver(message);
    await setup.deliver(message);
    const track = { type: 'track', userId: 'ada', event: 'Clicked', timestamp: at(-3) };
    await setup.deliver(track);
    await setup.deliver(track);
    expect(setup.px.preferences).toHaveLength(2);
    expect(setup.px.events).toHaveLength(2);
  });

  it('a message without a time', async () => {
    const setup = new MemorySetup();
    const whole = { ...USER, ...EMAIL, customAttributes: { plan: 'pro' } };
    await setup.deliver(identify({ ...EMAIL, plan: 'pro' }, -3));
    setup.sent();
    for (let time = 0; time < 2; time += 1) {
      await setup.deliver(identify({ ...EMAIL, plan: 'pro' }));
      expect(setup.sent()).toEqual([['PUT /v1/users/ada', whole]]);
    }
  });

  it('an object of another API key or base URL', async () => {
    const setup = new MemorySetup();
    await setup.deliver(identify(EMAIL, -3));
    setup.sent();
    await setup.deliver(identify(EMAIL, -2), { ...CONFIG, apiKey: 'other' });
    await setup.deliver(identify(EMAIL, -2), { ...CONFIG, dataCenter: 'EU' });
    await setup.deliver(group({}, -3, 'ada', 'x'));
    expect(setup.sent().map(([, body]) => body)).toEqual([
      { ...USER, ...EMAIL, customAttributes: {} },
      { ...USER, ...EMAIL, customAttributes: {} },
      ACCOUNT,
      expect.objectContaining({ id: 'ada' }),
      { accountId: 'ada' },
      expect.objectContaining({ identifyId: 'x' }),
    ]);
  });
});

describe('what a newer event wrote stays', () => {
  it('an older event sends only the fields that no newer one says', async () => {
    const setup = new MemorySetup();
    await setup.deliver(identify({ ...EMAIL, plan: 'pro', title: 'Dr' }, -1));
    setup.sent();
    const outcome = await setup.deliver(identify({ email: 'old@example.com', plan: 'free', role: 'x' }, -2));
    expect(setup.sent()).toEqual([['PUT /v1/users/ada', { ...USER, role: 'x' }]]);
    expect(outcome.unsent).toEqual({ steps: 0, unchangedFields: 0, staleFields: 2 });
    expect(await setup.deliver(identify({ plan: 'free' }, -2))).toMatchObject({
      delivered: true,
      requests: [],
      unsent: { steps: 1, unchangedFields: 0, staleFields: 1 },
    });
  });

  it('a value that a newer event only repeats has its time from then on', async () => {
    const setup = new MemorySetup();
    await setup.deliver(identify({ plan: 'pro' }, -5));
    await setup.deliver(identify({ plan: 'pro' }, -1));
    setup.sent();
    await setup.deliver(identify({ plan: 'free' }, -3));
    expect(setup.sent()).toEqual([]);
    // Nor does an older repetition take it back.
    await setup.deliver(identify({ plan: 'pro' }, -6));
    await setup.deliver(identify({ plan: 'free' }, -4));
    expect(setup.px.users.get('ada')).toMatchObject({ customAttributes: { plan: 'pro' } });
  });

  it('that holds for as long as an event that repeats it is recent', async () => {
    const setup = new MemorySetup();
    await setup.deliver(identify({ plan: 'pro' }, -1));
    await setup.clock.advance(9 * MINUTE_MS);
    await setup.deliver(identify({ plan: 'pro' }, 8));
    await setup.clock.advance(9 * MINUTE_MS);
    await setup.deliver(identify({ plan: 'free' }, 7));
    expect(setup.px.users.get('ada')).toMatchObject({ customAttributes: { plan: 'pro' } });
  });

  it('of the same time, the later arrival counts', async () => {
    const setup = new MemorySetup();
    for (const plan of ['a', 'b', 'a']) {
      await setup.deliver(identify({ plan }, -1));
      expect(setup.px.users.get('ada')).toMatchObject({ customAttributes: { plan } });
    }
  });

  it('the link to a newer account, against an older group message and identify', async () => {
    const setup = new MemorySetup();
    await setup.deliver(group({ name: 'New' }, -1, 'new'));
    await setup.deliver(group({ name: 'Old' }, -2, 'old'));
    await setup.deliver(identify({ accountId: 'older' }, -3));
    expect(setup.px.users.get('ada')).toMatchObject({ accountId: 'new' });
    expect(setup.px.accounts.get('old')).toMatchObject({ name: 'Old' });
  });

  it('an account, whichever user the older message is of', async () => {
    const setup = new MemorySetup();
    await setup.deliver(group({ tier: 'gold' }, -1, 'acme', 'ada'));
    await setup.deliver(group({ tier: 'tin' }, -2, 'acme', 'bob'));
    expect(setup.px.accounts.get('acme')).toMatchObject({ customAttributes: { tier: 'gold' } });
    expect(setup.px.users.get('bob')).toMatchObject({ accountId: 'acme' });
  });

  it('a time more than five minutes ahead counts as now', async () => {
    const setup = new MemorySetup();
    await setup.deliver(identify({ plan: 'far' }, 1_000_000));
    await setup.clock.advance(MINUTE_MS);
    await setup.deliver(identify({ plan: 'later' }, 1));
    expect(setup.px.users.get('ada')).toMatchObject({ customAttributes: { plan: 'later' } });
    // Up to there it is believed.
    await setup.deliver(identify({ plan: 'ahead' }, 6));
    await setup.deliver(identify({ plan: 'behind' }, 5));
    expect(setup.px.users.get('ada')).toMatchObject({ customAttributes: { plan: 'ahead' } });
  });

  it('a reverse-ETL message has the time of its row, its account another than its user', async () => {
    const setup = new MemorySetup();
    const sources = { channel: 'sources', timestamp: at(-1) };
    await setup.deliver(identify({ plan: 'pro' }, -5));
    await setup.deliver({ ...identify({ plan: 'free', timestamp: at(-6) }), ...sources });
    expect(setup.px.users.get('ada')).toMatchObject({ customAttributes: { plan: 'pro' } });
    await setup.deliver(group({ tier: 'gold' }, -5, 'acme'));
    await setup.deliver({ ...group({ tier: 'tin', timestamp: at(-6) }, undefined, 'acme'), ...sources });
    await setup.deliver({ ...group({ tier: 'x', timestamp: at(-6) }, undefined, 'other'), ...sources });
    expect(setup.px.accounts.get('acme')).toMatchObject({ customAttributes: { tier: 'gold' } });
    expect(setup.px.users.get('ada')).toMatchObject({ accountId: 'other' });
  });
});

describe('a message without a time', () => {
  it('gives way to any later arrival, as without a memory, but not to what is older than before it', async () => {
    const setup = new MemorySetup();
    await setup.deliver(identify({ plan: 'timed' }, -5));
    await setup.deliver(identify({ plan: 'untimed' }));
    await setup.deliver(identify({ plan: 'older' }, -6));
    expect(setup.px.users.get('ada')).toMatchObject({ customAttributes: { plan: 'untimed' } });
    await setup.deliver(identify({ plan: 'newer' }, -4));
    expect(setup.px.users.get('ada')).toMatchObject({ customAttributes: { plan: 'newer' } });
  });
});

describe('what a create adds as a default is nothing that an event says', () => {
  it('an older event with the real value still comes through', async () => {
    const setup = new MemorySetup();
    await setup.deliver(group({}, -1));
    expect(setup.px.accounts.get('acme')).toMatchObject({ name: 'acme', createDate: Date.parse(at(-1)) });
    await setup.deliver(group({ name: 'Acme', createdAt: '2019-01-01' }, -2));
    expect(setup.px.accounts.get('acme')).toMatchObject({ name: 'Acme', createDate: Date.UTC(2019) });
    await setup.deliver(identify({ createdAt: '2018-01-01' }, -3));
    expect(setup.px.users.get('ada')).toMatchObject({
      signUpDate: Date.UTC(2018),
      createDate: Date.UTC(2018),
    });
  });

  it('what the message itself says is remembered with its time', async () => {
    const setup = new MemorySetup();
    await setup.deliver(group({ name: 'Acme', createdAt: '2019-01-01' }, -1));
    setup.sent();
    await setup.deliver(group({ name: 'Old', createdAt: '2018-01-01' }, -2));
    expect(setup.sent()).toEqual([]);
  });
});

describe('what is not certain is forgotten', () => {
  const known = async (): Promise<MemorySetup> => {
    const setup = new MemorySetup({ maxAttempts: 1 });
    await setup.deliver(identify({ plan: 'pro' }, -3));
    setup.sent();
    return setup;
  };
  const whole = ['PUT /v1/users/ada', { ...USER, customAttributes: { plan: 'pro' } }];

  it.each([
    ['a 500', { status: 500 }],
    ['a 429', { status: 429 }],
    ['a broken connection', { error: 'ECONNRESET' }],
    ['no answer', {}],
    ['a refused key', { status: 401 }],
  ])('after %s', async (_, answer) => {
    const setup = await known();
    setup.instead.push(() => answer);
    expect(await setup.deliver(identify({ plan: 'free' }, -2))).toMatchObject({ delivered: false });
    setup.sent();
    await setup.deliver(identify({ plan: 'pro' }, -1));
    expect(setup.sent()).toEqual([whole]);
  });

  it('but not after a failure that a later attempt made good', async () => {
    const setup = new MemorySetup();
    setup.instead.push(() => ({ status: 500 }));
    await setup.deliver(identify({ plan: 'pro' }, -3));
    setup.sent();
    await setup.deliver(identify({ plan: 'pro' }, -3));
    expect(setup.sent()).toEqual([]);
  });

  it('an update that is refused is sent once more, whole: perhaps a field is missing', async () => {
    const setup = await known();
    setup.instead.push(() => ({ status: 400 }));
    const outcome = await setup.deliver(identify({ plan: 'pro', title: 'Dr' }, -2));
    expect(setup.sent()).toEqual([
      ['PUT /v1/users/ada', { ...USER, title: 'Dr' }],
      ['PUT /v1/users/ada', { ...USER, title: 'Dr', customAttributes: { plan: 'pro' } }],
    ]);
    expect(outcome).toMatchObject({ delivered: true, retries: 0 });
    expect(outcome.unsent).toBeUndefined();
  });

  it('and a refusal of the whole is one: it is not sent a third time', async () => {
    const setup = await known();
    setup.instead.push(
      () => ({ status: 400 }),
      () => ({ status: 400 }),
    );
    expect(await setup.deliver(identify({ plan: 'pro', title: 'Dr' }, -2))).toMatchObject({
      delivered: false,
      code: 'rejected',
    });
    expect(setup.sent()).toHaveLength(2);
    await setup.deliver(identify({ plan: 'pro' }, -1));
    expect(setup.sent()).toEqual([whole]);
  });

  it('an object that PX lost meanwhile is created anew, whole', async () => {
    const setup = await known();
    setup.px.users.clear();
    await setup.deliver(group({}, -2));
    setup.px.users.clear();
    // A minute after a create, a 404 says that there is no such object.
    await setup.clock.advance(MINUTE_MS + 1);
    await setup.deliver(identify({ plan: 'pro', title: 'Dr' }, -1));
    expect(setup.px.users.get('ada')).toMatchObject({ title: 'Dr', customAttributes: { plan: 'pro' } });
  });

  it('a 404 of the preferences says that the user is gone', async () => {
    const setup = await known();
    await setup.clock.advance(MINUTE_MS + 1);
    setup.px.users.clear();
    const message = identify({ plan: 'pro', userPreferences: { surveys: false } }, -2);
    expect(await setup.deliver(message)).toMatchObject({ delivered: false, code: 'user_not_found' });
    expect(await setup.deliver(message)).toMatchObject({ delivered: true });
    expect(setup.px.users.get('ada')).toMatchObject({ customAttributes: { plan: 'pro' } });
  });

  it.each(['erase', 'deny'] as const)('%s a user', async (call) => {
    const setup = await known();
    await setup[call]();
    setup.sent();
    await setup.deliver(identify({ plan: 'pro' }, -4));
    expect(setup.sent()[0]).toEqual(whole);
  });

  it('not after preferences that were set', async () => {
    const setup = await known();
    await setup.clock.runUntil(setup.router.deliver(setPreferences('ada', { surveys: false }, CONFIG)));
    setup.sent();
    await setup.deliver(identify({ plan: 'pro' }, -3));
    expect(setup.sent()).toEqual([]);
  });

  it('a plan that was cancelled before it sent anything leaves what is known', async () => {
    const setup = new MemorySetup({ requestsPerSecond: 1 });
    await setup.deliver(identify({ plan: 'pro' }, -3));
    await setup.clock.advance(1_000);
    const track = setup.deliver({ type: 'track', userId: 'x', event: 'e' });
    const cancel = new AbortController();
    const message = identify({ plan: 'free' }, -2);
    const waiting = setup.router.deliver(process(message, CONFIG), {
      signal: cancel.signal,
      eventTimes: { user: Date.parse(at(-2)) },
    });
    await track;
    cancel.abort();
    expect(await setup.clock.runUntil(waiting)).toMatchObject({ code: 'cancelled', requests: [] });
    setup.sent();
    await setup.deliver(identify({ plan: 'pro' }, -1));
    expect(setup.sent()).toEqual([]);
  });
});

describe('a body that is not what it should be', () => {
  const deliver = (setup: MemorySetup, body: object) => {
    const plan = process(identify({}, -3), CONFIG);
    const steps = plan.steps.map((step) => ({ ...step, request: { ...step.request, body } }));
    const changed = { ...plan, steps } as unknown as RequestPlan;
    return setup.clock.runUntil(setup.router.deliver(changed, { eventTimes: { user: 1 } }));
  };
  const loop: Record<string, unknown> = {};
  loop.itself = loop;

  it.each([
    ['holds itself', { loop }],
    ['holds a bigint', { count: 1n }],
    [
      'throws',
      {
        value: {
          toJSON: () => {
            throw new Error('no');
          },
        },
      },
    ],
  ])('is refused when it %s, as without a memory', async (_, body) => {
    const setup = new MemorySetup();
    expect(await deliver(setup, body)).toMatchObject({ delivered: false, code: 'plan_invalid' });
    expect(setup.sent()).toEqual([]);
  });

  it.each([
    ['location', { location: 'Oslo' }],
    ['customAttributes', { customAttributes: [1] }],
  ])('is sent as it is where %s is no object, and nothing is remembered', async (_, body) => {
    const setup = new MemorySetup();
    for (let time = 0; time < 2; time += 1) {
      await deliver(setup, { ...body, identifyId: 'ada' });
      expect(setup.sent().at(-1)![1]).toMatchObject(body);
    }
  });
});

describe('requests that somebody else repeats', () => {
  it('are sent whole, and nothing is remembered of their objects for as long as anything is', async () => {
    const setup = new MemorySetup();
    await setup.deliver(group({ tier: 'gold' }, -3));
    setup.sent();
    const plan = process(group({ tier: 'gold' }, -3), CONFIG);
    const repeated = { eventTimes: { user: 1, account: 1 }, isRepeatedElsewhere: true };
    await setup.clock.runUntil(setup.router.deliver(plan, repeated));
    await setup.clock.advance(9 * MINUTE_MS);
    await setup.deliver(group({ tier: 'gold' }, 8));
    expect(setup.sent().map(([request]) => request)).toEqual([
      'PUT /v1/accounts/acme',
      'PUT /v1/users/ada',
      'PUT /v1/accounts/acme',
      'PUT /v1/users/ada',
    ]);
    await setup.clock.advance(MINUTE_MS);
    await setup.deliver(group({ tier: 'gold' }, 9));
    expect(setup.sent()).toHaveLength(2);
    await setup.deliver(group({ tier: 'gold' }, 9));
    expect(setup.sent()).toEqual([]);
  });
});

describe('a store that fails', () => {
  const failing: readonly [string, ObjectStore][] = [
    ['at open', { open: () => Promise.reject(new Error('away')) }],
    [
      'at once',
      {
        open() {
          throw new Error('away');
        },
      },
    ],
    [
      'later',
      {
        open: () =>
          Promise.resolve({
            text: 'no text of ours',
            leave: () => Promise.reject(new Error('away')),
            close: () => Promise.reject(new Error('away')),
          }),
      },
    ],
  ];

  it.each(failing)('%s costs no message', async (_, store) => {
    const setup = new MemorySetup({ skipUnchanged: { forMs: MINUTE_MS, store } });
    await setup.deliver(identify(EMAIL, -3));
    expect(await setup.deliver(identify(EMAIL, -3))).toMatchObject({
      delivered: true,
      requests: [{ status: 204 }],
    });
  });
});

/** A store whose texts a test sees and changes. */
function storeIn(kept: Map<string, string>, onOpen: () => void = () => undefined): ObjectStore {
  return {
    open: ({ origin, keyFingerprint, kind, id }) => {
      onOpen();
      const name = `${origin} ${keyFingerprint} ${kind} ${id}`;
      const leave = (text: string | undefined): Promise<void> =>
        Promise.resolve(void (text === undefined ? kept.delete(name) : kept.set(name, text)));
      return Promise.resolve({
        text: kept.get(name),
        leave,
        close: leave,
      });
    },
  };
}

it('what another process writes between an update and its create stays known, and is not overwritten', async () => {
  const kept = new Map<string, string>();
  let opens = -Infinity;
  let written: [string, string][] = [];
  const store = storeIn(kept, () => {
    opens += 1;
    if (opens === 2) for (const [name, text] of written) kept.set(name, text);
  });
  const options = { skipUnchanged: { forMs: 10 * MINUTE_MS, store } };
  const [first, other] = [new MemorySetup(options), new MemorySetup(options)];
  await first.deliver(identify({ plan: 'new' }, -1));
  written = [...kept];
  // The other one asks before the user is there, and creates it after that.
  kept.clear();
  opens = 0;
  other.instead.push(() => ({ status: 404 }), first.px.answer, first.px.answer);
  expect(await other.deliver(identify({ plan: 'old' }, -2))).toMatchObject({ delivered: true });
  expect(other.sent().map(([request]) => request)).toEqual(['PUT /v1/users/ada', 'POST /v1/users']);
  expect(first.px.users.get('ada')).toMatchObject({ customAttributes: { plan: 'new' } });
});

it('after a crash in the middle of a write no value is taken for known, and no older event comes through', async () => {
  const kept = new Map<string, string>();
  const options = { skipUnchanged: { forMs: 10 * MINUTE_MS, store: storeIn(kept) } };
  const setup = new MemorySetup(options);
  await setup.deliver(identify({ plan: 'pro' }, -3));
  expect([...kept.keys()]).toEqual([
    expect.stringMatching(/^https:\/\/api\.aptrinsic\.com [0-9a-f]{64} user ada$/),
  ]);
  let whileSending: [string, string][] = [];
  setup.instead.push((request) => {
    whileSending = [...kept];
    return setup.px.answer(request);
  });
  await setup.deliver(identify({ title: 'Dr' }, -2));
  expect([...kept.values()].join()).not.toContain(CONFIG.apiKey);

  // Another process, with what the crashed one has left.
  const afterCrash = async (message: ReturnType<typeof identify>): Promise<[string, unknown][]> => {
    kept.clear();
    for (const [name, text] of whileSending) kept.set(name, text);
    const other = new MemorySetup(options);
    other.instead.push(setup.px.answer);
    await other.deliver(message);
    return other.sent();
  };
  expect(await afterCrash(identify({ plan: 'free', title: 'Ms' }, -4))).toEqual([
    ['PUT /v1/users/ada', { ...USER, title: 'Ms' }],
  ]);
  expect(await afterCrash(identify({ plan: 'pro', title: 'Dr' }, -1))).toEqual([
    ['PUT /v1/users/ada', { ...USER, title: 'Dr', customAttributes: { plan: 'pro' } }],
  ]);
  await setup.erase();
  expect(kept.size).toBe(0);
});

describe('the memory is bounded', () => {
  it('by the number of objects', async () => {
    const setup = new MemorySetup({ skipUnchanged: { forMs: 10 * MINUTE_MS, maxObjects: 2 } });
    for (const userId of ['a', 'b', 'c']) await setup.deliver(identify(EMAIL, -3, userId));
    setup.sent();
    for (const userId of ['c', 'b', 'a']) await setup.deliver(identify(EMAIL, -3, userId));
    expect(setup.sent().map(([request]) => request)).toEqual(['PUT /v1/users/a']);
  });

  it('by their size', async () => {
    const setup = new MemorySetup({ skipUnchanged: { forMs: 10 * MINUTE_MS, maxBytes: 2_000 } });
    for (const userId of ['a', 'b', 'c']) await setup.deliver(identify(EMAIL, -3, userId));
    setup.sent();
    await setup.deliver(identify(EMAIL, -3, 'a'));
    expect(setup.sent()).toHaveLength(1);
  });
});
