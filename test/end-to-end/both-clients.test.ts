import {
  compile,
  deleteUser,
  denyUser,
  getPreferences,
  setPreferences,
  type RequestPlan,
} from '../../src/index';
import { createHttpFetch, createRouter, type Fetch, type Outcome } from '../../src/router';
import { createSimulator, type Snapshot } from '../../src/simulator';

/**
 * Every route in both forms, one after the other over one connection, because a malformed request would break
 * the next one.
 */
const IDS = { 'ids in the path': ['ada', 'acme'], 'ids in the body': ['ä/../b?', 'c?d=é'] } as const;
const config = { apiKey: 'key', productTagKey: 'AP-EXAMPLE-2' };

function plans([userId, groupId]: readonly [string, string]): RequestPlan[] {
  const { process } = compile(config);
  const traits = { name: 'Zoë', userPreferences: { surveys: false } };
  return [
    process({ type: 'identify', userId, traits }),
    process({ type: 'identify', userId, traits: { ...traits, title: 'Countess' } }),
    process({ type: 'group', userId, groupId, traits: { name: 'Söhne' } }),
    process({ type: 'track', userId, event: 'Signed Up', properties: { plan: 'größte' } }),
    setPreferences(userId, { trackUsage: false }, config),
    getPreferences(userId, config),
    deleteUser(userId, config),
    process({ type: 'identify', userId: 'the next', traits }),
    // PX offers this call only with the id in the path.
    denyUser('the next', true, config),
  ];
}

interface Run {
  readonly outcomes: Outcome[];
  readonly state: Snapshot;
}

async function runAll(fetch: Fetch, ids: readonly [string, string]): Promise<Run> {
  const simulator = createSimulator({ apiKey: config.apiKey });
  const { origin } = await simulator.listen();
  const router = createRouter({
    fetch: (url, init) => fetch(url.replace(/^https:\/\/[^/]+/, origin), init),
    maxAttempts: 1,
    requestsPerSecond: Infinity,
  });
  const outcomes: Outcome[] = [];
  for (const plan of plans(ids)) outcomes.push(await router.deliver(plan));
  const state = simulator.state.snapshot({ distinctEvents: true });
  await router.close();
  await simulator.close();
  return { outcomes, state };
}

const requestsOf = ({ outcomes }: Run): unknown[] =>
  outcomes.map(({ delivered, requests }) => [
    delivered,
    ...requests.map(({ route, status, verdict }) => ({ route, status, verdict })),
  ]);

test.each(Object.entries(IDS))(
  'the global fetch and createHttpFetch lead to the same answers and the same state: %s',
  async (_form, ids) => {
    const [one, other] = [await runAll(fetch, ids), await runAll(createHttpFetch(), ids)];
    expect(requestsOf(other)).toEqual(requestsOf(one));
    expect(other.state).toEqual(one.state);
    expect(one.outcomes.filter(({ delivered }) => !delivered)).toEqual([]);
    expect(one.state.users.map(({ identifyId }) => identifyId)).toEqual(['the next']);
  },
);
