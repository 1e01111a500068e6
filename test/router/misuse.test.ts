import { createRouter, ThrottledError, type RateLimiter, type RouterOptions } from '../../src/router';
import { createSimulator } from '../../src/simulator';
import { deleteUser, processMessage, type RequestPlan } from '../../src/index';
import { identifyPlan, trackPlan } from './plans';
import { settled } from '../__mocks__/clock.fake';
import { failure, setUp } from './setup';

const good = trackPlan('u1');
const [step] = good.steps;
const withRequest = (change: object): unknown => ({
  ...good,
  steps: [{ ...step, request: { ...step.request, ...change } }],
});

const unreadable: object = new Proxy({}, { get: thrower, ownKeys: thrower, getPrototypeOf: thrower });
const loop: Record<string, unknown> = {};
loop.itself = loop;

describe('what is no plan is refused, and not tried again', () => {
  it.each<[string, unknown, string]>([
    ['nothing', undefined, 'plan: expected a plan, as process makes it, found undefined'],
    ['null', null, 'plan: expected a plan, as process makes it, found null'],
    ['a text', 'x', 'plan: expected a plan, as process makes it, found another text'],
    ['a message', { type: 'track', userId: 'u' }, 'plan.lanes: expected an array of texts, found undefined'],
    ['a promise', Promise.resolve(good), 'plan.lanes: expected an array of texts, found undefined'],
    ['lanes of numbers', { ...good, lanes: [1] }, 'plan.lanes: expected an array of texts, found array'],
    ['no steps', { ...good, steps: [] }, 'plan.steps: expected an array of steps, found array'],
    ['a step that is none', { ...good, steps: [step, 5] }, 'plan.steps[1]: expected a step, found number'],
    [
      'no route',
      { ...good, steps: [{ ...step, route: 5 }] },
      'plan.steps[0].route: expected a text, found number',
    ],
    [
      'no request',
      { ...good, steps: [{ ...step, request: [] }] },
      'plan.steps[0].request: expected a request, found array',
    ],
    [
      'no URL',
      withRequest({ endpoint: '/v1/users' }),
      'plan.steps[0].request.endpoint: expected a URL with http or https, without user and password, found another text',
    ],
    [
      'another protocol',
      withRequest({ endpoint: 'file:///etc' }),
      'plan.steps[0].request.endpoint: expected a URL with http or https, without user and password, found another text',
    ],
    [
      'no headers',
      withRequest({ headers: undefined }),
      'plan.steps[0].request.headers: expected an object of texts, found undefined',
    ],
    [
      'headers of numbers',
      withRequest({ headers: { a: 1 } }),
      'plan.steps[0].request.headers: expected an object of texts, found object',
    ],
    [
      'user and password in the URL',
      withRequest({ endpoint: 'https://user:secret@px.test/v1' }),
      'plan.steps[0].request.endpoint: expected a URL with http or https, without user and password, found another text',
    ],
    [
      'another method',
      withRequest({ method: 'PATCH X' }),
      'plan.steps[0].request.method: expected GET, POST, PUT or DELETE, found another text',
    ],
    [
      'a body with GET',
      withRequest({ method: 'GET' }),
      'plan.steps[0].request.body: expected none with the method GET, found object',
    ],
    [
      'another endpointPath',
      withRequest({ endpointPath: undefined }),
      'plan.steps[0].request.endpointPath: expected a text, found undefined',
    ],
    ...[
      { 'X-APTRINSIC-API-KEY': 'a\nb' },
      { 'X-APTRINSIC-API-KEY': '\u043a' },
      { 'a b': 'c' },
      { '': 'c' },
    ].map((headers): [string, unknown, string] => [
      `the headers ${JSON.stringify(headers)}`,
      withRequest({ headers }),
      'plan.steps[0].request.headers: expected names and values that HTTP allows in a header, found object',
    ]),
    [
      'a hole among lanes',
      { ...good, lanes: Array<string>(1) },
      'plan.lanes: expected an array of texts, found array',
    ],
    [
      'a hole among steps',
      { ...good, steps: Object.assign([step], { 2: step }) },
      'plan.steps[1]: expected a step, found undefined',
    ],
    [
      'an unknown effect',
      { ...good, steps: [{ ...step, effect: 'constructor' }] },
      'plan.steps[0].effect: expected read, upsert, append or delete, found another text',
    ],
    [
      'no effect',
      { ...good, steps: [{ ...step, effect: undefined }] },
      'plan.steps[0].effect: expected read, upsert, append or delete, found undefined',
    ],
    [
      'an object that is none',
      { ...good, steps: [{ ...step, object: null }] },
      'plan.steps[0].object: expected an object with kind and id, found null',
    ],
    [
      'an object of an unknown kind',
      { ...good, steps: [{ ...step, object: { kind: 'toString', id: 'u' } }] },
      'plan.steps[0].object.kind: expected user or account, found another text',
    ],
    [
      'an object without an id',
      { ...good, steps: [{ ...step, object: { kind: 'user', id: 1 } }] },
      'plan.steps[0].object.id: expected a text, found number',
    ],
    [
      'two steps of one name',
      { ...good, steps: [step, step] },
      'plan.steps[1].id: expected a name that no other step has, found another text',
    ],
    ...(
      [
        [null, '', 'what comes next: a step, done or fail, found null'],
        ['done', '', 'what comes next: a step, done or fail, found another text'],
        [{ to: 'end' }, '.to', 'step, done or fail, found another text'],
        [{ to: 'step', id: step.id }, '.id', 'the id of a later step, found another text'],
        [{ to: 'step', id: 'none' }, '.id', 'the id of a later step, found another text'],
        [{ to: 'step' }, '.id', 'the id of a later step, found undefined'],
        [{ to: 'fail', code: 'toString' }, '.code', 'the code of a failure, found another text'],
        [
          { to: 'fail', code: 'denied', answerOf: 'none' },
          '.answerOf',
          'the id of a step, found another text',
        ],
        [{ to: 'done', note: 5 }, '.note', 'the name of a note, found number'],
      ] as const
    ).map(([ok, path, message]): [string, unknown, string] => [
      `a table with ${JSON.stringify(ok)}`,
      { ...good, steps: [{ ...step, on: { ok } }] },
      `plan.steps[0].on.ok${path}: expected ${message}`,
    ]),
    ['a proxy that throws', unreadable, 'plan: expected plain data that can be read, found object'],
    [
      'a getter that throws',
      { ...good, steps: [{ ...step, request: unreadable }] },
      'plan: expected plain data that can be read, found object',
    ],
    [
      'a body that is a text',
      withRequest({ body: '{}' }),
      'plan.steps[0].request.body: expected an object, found another text',
    ],
  ])('%s', async (_, plan, message) => {
    const { px, router } = setUp([{ status: 201 }]);
    const outcome = failure(await router.deliver(plan as RequestPlan));
    expect(outcome).toMatchObject({
      kind: 'instrumentation',
      code: 'plan_invalid',
      retryable: false,
      requests: [],
      message: `not sent, ${message}`,
    });
    expect(outcome.error.issues).toHaveLength(1);
    expect(px.sent).toEqual([]);
    expect(router.stats()).toMatchObject({ pending: 0, failed: { plan_invalid: 1 } });
  });

  it.each([
    ['holds itself', { loop }],
    ['holds a bigint', { count: 1n }],
    ['throws', { toJSON: thrower }],
  ])('nor a body that %s', async (_, body) => {
    const { px, router } = setUp([{ status: 201 }]);
    const outcome = failure(await router.deliver(withRequest({ body }) as RequestPlan));
    expect(outcome).toMatchObject({
      code: 'plan_invalid',
      retryable: false,
      message: 'not sent: the body of the request to events cannot be written as JSON',
    });
    expect(px.sent).toEqual([]);
    expect(router.stats()).toMatchObject({ pending: 0, inFlight: 0 });
  });

  it.each<[string, unknown]>([
    ['options', unreadable],
    ['options', 'x'],
    ['options', null],
    ['options.signal', { signal: {} }],
    ['options.timeLeftMs', { timeLeftMs: 'soon' }],
    ['options.timeLeftMs', { timeLeftMs: NaN }],
    ['options.eventTimes', { eventTimes: 1 }],
    ['options.eventTimes', { eventTimes: { event: 1 } }],
    ['options.eventTimes.user', { eventTimes: { user: '2024-01-01' } }],
    ['options.eventTimes.account', { eventTimes: { user: 1, account: NaN } }],
    ['options.isRepeatedElsewhere', { isRepeatedElsewhere: 'no' }],
    ['options.onRequest', { onRequest: {} }],
  ])('nor with wrong %s (%#)', async (path, options) => {
    const { router } = setUp([{ status: 201 }]);
    const outcome = failure(await router.deliver(good, options as object));
    expect(outcome).toMatchObject({ code: 'plan_invalid', error: { issues: [{ path }] } });
    const batch = router.batch(options as object);
    expect(failure(await batch.add({ plan: good }))).toMatchObject({
      code: 'plan_invalid',
      error: { issues: [{ path }] },
    });
  });

  it.each<[string, unknown]>([
    ['plan_invalid', { plan: good, orderingKey: 5 }],
    ['plan_invalid', { plan: good, instead: 'x' }],
    ['plan_invalid', { plan: good, onRequest: 'x' }],
    ['plan_invalid', { plan: 'x' }],
    ['plan_invalid', {}],
    ['plan_invalid', null],
    ['plan_invalid', 'x'],
    ['plan_invalid', unreadable],
    ['plan_invalid', { outcome: null }],
    ['internal', { plan: good, instead: () => Promise.reject(new Error('x')) }],
  ])('nor a job of a batch that ends as %s (%#)', async (code, job) => {
    const { px, router } = setUp([{ status: 201 }]);
    const batch = router.batch();
    expect(failure(await batch.add(job as { plan: RequestPlan }))).toMatchObject({ code });
    expect(px.sent).toEqual([]);
    expect(router.stats()).toMatchObject({ pending: 0 });
  });
});

describe('options of a router that make no sense are named', () => {
  it.each<[unknown, string]>([
    ['x', 'options'],
    [null, 'options'],
    [5, 'options'],
    [[], 'options'],
    [unreadable, 'options'],
    [{ clock: unreadable }, 'options'],
    [{ clock: {} }, 'clock'],
    [{ signal: 'x' }, 'signal'],
    [{ origin: 'localhost' }, 'origin'],
    [{ origin: 5 }, 'origin'],
    [{ origin: 'http://px.example.com' }, 'origin'],
    [{ origin: 'https://user:secret@px.example.com' }, 'origin'],
    [{ maxThrottleWaitMs: Infinity }, 'maxThrottleWaitMs'],
  ])('%#', (options, path) => {
    expect(() => createRouter(options as RouterOptions)).toThrow(
      expect.objectContaining({
        name: 'ConfigurationError',
        code: 'configuration_invalid',
        issues: [expect.objectContaining({ path })],
        message: expect.not.stringContaining('secret'),
      }),
    );
  });
});

describe('origin', () => {
  it('takes everything to another place, path and query as they are; limits stay those of the plan', async () => {
    const scopes: string[] = [];
    const { clock, px, router } = setUp([{ status: 204 }], {
      origin: 'https://gateway.example.com/v9/',
      rateLimiter: ({ origin }) => {
        scopes.push(origin);
        return { acquire: () => Promise.resolve() };
      },
    });
    await clock.runUntil(router.deliver(identifyPlan('a%2Bb@c$&')));
    await clock.runUntil(
      router.deliver(deleteUser('u1', { apiKey: 'k', productTagKey: 't', dataCenter: 'EU' })),
    );
    expect(px.sent.map(({ url }) => url)).toEqual([
      'https://gateway.example.com/v1/users/a%2Bb@c$&',
      expect.stringMatching(
        /^https:\/\/gateway\.example\.com\/v1\/users\/delete.*hardDelete=true|^https:\/\/gateway\.example\.com\/v1\/users\/u1\?hardDelete=true/,
      ),
    ]);
    expect(scopes).toEqual(['https://px.test', 'https://api-eu.aptrinsic.com']);
  });

  it('aims at the simulator', async () => {
    const simulator = createSimulator();
    const router = createRouter({ origin: (await simulator.listen()).origin });
    const config = { apiKey: 'k', productTagKey: 'AP-EXAMPLE-2' };
    const plan = processMessage({ type: 'track', userId: 'u1', event: 'e' }, config);
    expect(await router.deliver(plan)).toMatchObject({ delivered: true });
    expect(simulator.state.events.total).toBe(1);
    await router.close();
    await simulator.close();
  });
});

it('the refusal of a limiter of your own is the outcome, not a fault of ours', async () => {
  const rateLimiter = (): RateLimiter => ({
    acquire: () => Promise.reject(new ThrottledError('daily_quota_reached', 'no requests left today')),
  });
  const { clock, px, router } = setUp([{ status: 204 }], { rateLimiter });
  expect(failure(await clock.runUntil(router.deliver(good)))).toMatchObject({
    kind: 'throttled',
    code: 'daily_quota_reached',
    retryable: true,
    message: 'no requests left today',
  });
  expect(px.sent).toEqual([]);
});

describe('a limiter of your own that misbehaves', () => {
  const answer = [{ status: 201 }];
  const custom = (limiter: Partial<RateLimiter>) => ({
    rateLimiter: (): RateLimiter => ({ acquire: () => Promise.resolve(), ...limiter }),
  });
  const never = custom({ acquire: () => new Promise(() => undefined) });

  it('and neither answers nor listens to its signal holds nothing when the plan is cancelled', async () => {
    const { px, router } = setUp(answer, { ...never, concurrency: 1 });
    const controller = new AbortController();
    const outcomes = ['u1', 'u1', 'u2'].map((user) =>
      router.deliver(trackPlan(user), { signal: controller.signal }),
    );
    await settled();
    controller.abort();
    for (const outcome of await Promise.all(outcomes)) expect(failure(outcome).code).toBe('cancelled');
    expect(router.stats()).toMatchObject({ pending: 0, inFlight: 0 });
    expect(px.sent).toEqual([]);
  });

  it('nor when the router closes', async () => {
    const { router } = setUp(answer, never);
    const outcome = router.deliver(good);
    await settled();
    await router.close();
    expect(failure(await outcome).code).toBe('closed');
  });

  it.each<[string, Partial<RateLimiter>]>([
    ['throws when it is told of an answer', { answered: thrower }],
    ['rejects when it is told of an answer', { answered: () => Promise.reject(new Error('x')) }],
    ['has no function there', { answered: 5 as unknown as () => void }],
    ['throws when it is asked whether it is idle', { isIdle: thrower }],
  ])('and %s changes no outcome', async (_, limiter) => {
    const { clock, px, router } = setUp(answer, custom(limiter));
    for (let key = 0; key < 40; key += 1) {
      const plan = trackPlan('u1', 'clicked', { apiKey: `key-${key}` });
      expect(await clock.runUntil(router.deliver(plan))).toMatchObject({ delivered: true });
    }
    expect(px.sent).toHaveLength(40);
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['a promise of one', Promise.resolve({ acquire: () => Promise.resolve() })],
    ['an object without acquire', { answered: () => undefined }],
  ])('a function that makes %s is named', async (_, made) => {
    const { px, router } = setUp(answer, { rateLimiter: () => made as RateLimiter });
    expect(failure(await router.deliver(good))).toMatchObject({
      kind: 'configuration',
      code: 'configuration_invalid',
      message: expect.stringContaining(
        'rateLimiter: expected an object with the function acquire as its result',
      ),
    });
    expect(px.sent).toEqual([]);
  });
});

it('an observer that rejects ends neither the plan nor the process', async () => {
  const { clock, router } = setUp([{ status: 201 }], { onRequest: () => Promise.reject(new Error('x')) });
  expect(await clock.runUntil(router.deliver(good))).toMatchObject({ delivered: true });
});

function thrower(): never {
  throw new Error('thrown on purpose');
}
