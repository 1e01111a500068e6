import {
  compile,
  deleteUser,
  denyUser,
  getPreferences,
  setPreferences,
  type RequestPlan,
} from '../../src/index';
import {
  createRouter,
  systemClock,
  type Clock,
  type Outcome,
  type Router,
  type RouterOptions,
} from '../../src/router';
import {
  createSimulator,
  FAULT_NAMES,
  type FaultName,
  type FaultScript,
  type Simulator,
  type Snapshot,
} from '../../src/simulator';

/**
 * Every fault of the simulated PX, at every request of every plan, with an empty PX and with one that knows
 * the objects. Nothing is lost, and only the plan's own objects are written.
 */
const config = {
  apiKey: 'key',
  productTagKey: 'AP-EXAMPLE-2',
  missingUserOnGroup: 'create',
  userAttributeMap: [{ from: 'tier', to: 'tier' }],
} as const;
const destination = compile(config);
const timestamp = '2026-01-02T03:04:05Z';

const identify = { type: 'identify', timestamp, traits: { email: 'ada@example.com', tier: 'gold' } };
const group = { type: 'group', timestamp, traits: { name: 'Acme', plan: 'pro' } };

const PLANS: Readonly<Record<string, RequestPlan>> = {
  identify: destination.process({ ...identify, userId: 'ada' }),
  'identify with preferences': destination.process({
    ...identify,
    userId: 'ada',
    traits: { ...identify.traits, userPreferences: { surveys: false } },
  }),
  'identify in the body form': destination.process({ ...identify, userId: 'x/../victim' }),
  group: destination.process({ ...group, userId: 'ada', groupId: 'acme' }),
  'group in the body form': destination.process({ ...group, userId: 'a/b', groupId: 'c?d=e' }),
  track: destination.process({ type: 'track', timestamp, userId: 'ada', event: 'Signed Up' }),
  'group that creates no user': compile({ ...config, missingUserOnGroup: 'fail' }).process({
    ...group,
    userId: 'ada',
    groupId: 'acme',
  }),
  'get preferences': getPreferences('ada', config),
  'set preferences': setPreferences('ada', { trackUsage: false }, config),
  'delete a user': deleteUser('ada', config),
  'deny a user': denyUser('ada', true, config),
};

/** Calls that need an existing user. */
const NEED_A_USER = new Set([
  'group that creates no user',
  'get preferences',
  'set preferences',
  'deny a user',
]);

/** Answers that refuse a request, and so end a plan without a retry. */
const REFUSALS: readonly FaultName[] = ['html-403'];
/** Only a timeout can end it; the case `hang` covers it. */
const ONLY_SLOW: readonly FaultName[] = ['slow'];
/** The status is complete, and only the body is cut off. */
const STATUS_CAME: readonly FaultName[] = ['truncated-answer'];
/** Only the client ends these. */
const HANGING: readonly FaultName[] = ['hang', 'hang-after-write'];
const FAULTS = FAULT_NAMES.filter((fault) => !REFUSALS.includes(fault) && !ONLY_SLOW.includes(fault));
const LASTING_FAULTS = FAULTS.filter((fault) => !STATUS_CAME.includes(fault));

/** No request reaches this timeout, even on a slow machine: {@link giveUpRequests} ends the hanging ones. */
const REQUEST_TIMEOUT_MS = 600_000;
const requestTimeouts = new Set<() => void>();
const clock: Clock = {
  ...systemClock,
  after(delayMs, callback) {
    if (delayMs !== REQUEST_TIMEOUT_MS) return systemClock.after(delayMs, callback);
    requestTimeouts.add(callback);
    return () => requestTimeouts.delete(callback);
  },
};

function giveUpRequests(): void {
  for (const giveUp of [...requestTimeouts]) giveUp();
}

/**
 * Fails the requests that `fires` picks by their number, from 1. Aborts a hanging one as soon as PX has
 * written.
 */
function failing(fault: FaultName, fires: (nth: number) => boolean): FaultScript {
  let seen = 0;
  return () => {
    seen += 1;
    if (!fires(seen)) return undefined;
    if (HANGING.includes(fault)) setImmediate(giveUpRequests);
    return fault;
  };
}

const BYSTANDER = { type: 'identify', userId: 'victim', traits: { email: 'untouched@example.com' } };

let simulator: Simulator;
let router: Router;
let options: RouterOptions;

beforeAll(async () => {
  simulator = createSimulator({ apiKey: config.apiKey });
  const { origin } = await simulator.listen();
  options = {
    fetch: (url, init) => fetch(url.replace(/^https:\/\/[^/]+/, origin), init),
    clock,
    backoffBaseMs: 0,
    maxAttempts: 3,
    requestTimeoutMs: REQUEST_TIMEOUT_MS,
    requestsPerSecond: Infinity,
    requestsPerDay: Infinity,
  };
  router = createRouter(options);
});

afterAll(async () => {
  await router.close();
  await simulator.close();
});

/** Puts the simulated PX into the first state of a case. */
async function prepare(name: string, known: boolean): Promise<void> {
  simulator.configure({ faults: null });
  simulator.reset('all');
  // A router that created the object before would read its 404 as a lag.
  await router.close();
  router = createRouter(options);
  await router.deliver(destination.process(BYSTANDER));
  if (known) await router.deliver(PLANS[name]!);
  if (NEED_A_USER.has(name)) await router.deliver(PLANS.identify!);
  simulator.reset('requests');
}

/** The state, without the number of copies that an event may have. */
function state(): Snapshot {
  return simulator.state.snapshot({ distinctEvents: true });
}

interface Reference {
  readonly requests: number;
  readonly duplicates: number;
  readonly state: Snapshot;
}

/** The result of the plan without a fault. */
async function reference(name: string, known: boolean): Promise<Reference> {
  await prepare(name, known);
  const outcome = await router.deliver(PLANS[name]!);
  expect(outcome.delivered).toBe(true);
  return { requests: outcome.requests.length, duplicates: simulator.state.events.duplicates, state: state() };
}

function idsOf({ users }: Snapshot): unknown[] {
  return users.map(({ identifyId }) => identifyId);
}

function userOf({ users }: Snapshot, id: string): unknown {
  return users.find(({ identifyId }) => identifyId === id);
}

function failure(outcome: Outcome): string {
  return outcome.delivered ? 'delivered' : `${outcome.code}: ${outcome.message}`;
}

describe.each(Object.keys(PLANS))('%s', (name) => {
  describe.each([
    ['an empty PX', false],
    ['a PX that knows its objects', true],
  ])('with %s', (_state, known) => {
    let expected: Reference;

    beforeAll(async () => {
      expected = await reference(name, known);
    });

    test.each(FAULTS)('%s, once, at any of its requests: it is delivered all the same', async (fault) => {
      for (let nth = 1; nth <= expected.requests; nth += 1) {
        await prepare(name, known);
        simulator.configure({ faults: [failing(fault, (request) => request === nth)] });
        const outcome = await router.deliver(PLANS[name]!);
        expect({ nth, outcome: failure(outcome) }).toEqual({ nth, outcome: 'delivered' });
        expect({ nth, state: state() }).toEqual({ nth, state: expected.state });
        if (simulator.state.events.duplicates > expected.duplicates) {
          expect({ nth, mayBeDuplicate: outcome.mayBeDuplicate }).toEqual({ nth, mayBeDuplicate: true });
        }
      }
    });

    test.each(LASTING_FAULTS)(
      '%s from any of its requests on: it fails as retryable, and a replay mends it',
      async (fault) => {
        for (let nth = 1; nth <= expected.requests; nth += 1) {
          await prepare(name, known);
          simulator.configure({ faults: [failing(fault, (request) => request >= nth)] });
          const outcome = await router.deliver(PLANS[name]!);
          expect({ nth, delivered: outcome.delivered }).toEqual({ nth, delivered: false });
          if (!outcome.delivered)
            expect({ nth, retryable: outcome.retryable }).toEqual({ nth, retryable: true });

          simulator.configure({ faults: null });
          expect(failure(await router.deliver(PLANS[name]!))).toBe('delivered');
          expect({ nth, state: state() }).toEqual({ nth, state: expected.state });
        }
      },
    );

    test.each(REFUSALS)(
      '%s at any of its requests ends it for good, and writes nothing else',
      async (fault) => {
        for (let nth = 1; nth <= expected.requests; nth += 1) {
          await prepare(name, known);
          const before = state();
          simulator.configure({ faults: [{ fault, nth }] });
          const outcome = await router.deliver(PLANS[name]!);
          const { requests } = outcome;
          expect({ nth, requests: requests.length, outcome }).toMatchObject({
            nth,
            requests: nth,
            outcome: { delivered: false, code: 'denied', status: 403, retryable: false, retries: 0 },
          });
          // Earlier requests may have written; no other record is changed or created.
          expect(userOf(state(), 'victim')).toEqual(userOf(before, 'victim'));
          const allowed = new Set([...idsOf(before), ...idsOf(expected.state)]);
          expect(idsOf(state()).filter((id) => !allowed.has(id))).toEqual([]);
        }
      },
    );
  });
});
