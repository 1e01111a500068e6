import { crowdedWorkload, type CrowdedState } from './crowded-workload';
import type { HostReport } from './report';
import { cleanUp, randomFaults, startPx, startScene, type ReachablePx } from './setup';
import { ROUTER_WAYS, WAYS, type Way } from './ways';

/** Enough events that batches overlap, and that the host is killed again before it has finished. */
const { events, expected, groupsBeforeUsers } = crowdedWorkload(600);
const DIES_AT = [7, 31, 58];
const SHARE_OF_FAULTS = 0.05;

afterEach(cleanUp);

function stateOf({ px: { state } }: ReachablePx): CrowdedState {
  return {
    users: [...state.users.keys()].sort(),
    accounts: [...state.accounts.keys()].sort(),
    events: state.events.list
      .map(({ attributes }) => (attributes as { seq: number }).seq)
      .sort((a, b) => a - b),
  };
}

const once = ({ events: seqs, ...rest }: CrowdedState): CrowdedState => ({
  ...rest,
  events: [...new Set(seqs)],
});

async function runAll(
  px: ReachablePx,
  { mode, options }: Way,
  diesAt: readonly number[],
): Promise<HostReport> {
  const report = await (await startScene(mode, px, { ...options, diesAt })).run(events);
  expect(report).toMatchObject({
    violations: [],
    panicked: false,
    restarts: diesAt.length,
    states: { Succeeded: events.length },
  });
  return report;
}

/** Every user of PX is linked to an account that a group message of it named, if there was one. */
function expectLinks({ px: { state } }: ReachablePx): void {
  const named = new Map<string, Set<unknown>>();
  for (const { message } of events) {
    if (message.type !== 'group') continue;
    const user = message.userId as string;
    named.set(user, (named.get(user) ?? new Set()).add(message.groupId));
  }
  for (const [user, record] of state.users) {
    const accounts = named.get(user);
    expect({ user, linked: accounts?.has(record.accountId) ?? record.accountId === undefined }).toEqual({
      user,
      linked: true,
    });
  }
}

describe('users with several anonymous ids and shared accounts, groups before their identifies', () => {
  it('are what the workload holds', () => {
    expect(groupsBeforeUsers).toBeGreaterThan(10);
    expect(expected.accounts.length).toBeLessThan(expected.users.length / 3);
    const keys = new Set(events.map(({ message }) => message.anonymousId));
    expect(keys.size).toBeGreaterThan(expected.users.length * 2);
  });

  it.each(ROUTER_WAYS)('are all delivered, each event once: $name', async (way) => {
    const px = await startPx();
    await runAll(px, way, []);
    expect(stateOf(px)).toEqual(expected);
    expectLinks(px);
  });
});

describe('a host that is killed and started again', () => {
  it.each(ROUTER_WAYS)('loses nothing, also when PX fails: $name', async (way) => {
    const px = await startPx(randomFaults(SHARE_OF_FAULTS, 3, way.mode));
    await runAll(px, way, DIES_AT);
    expect(once(stateOf(px))).toEqual(expected);
    expectLinks(px);
  });

  // A repeated update changes nothing; a repeated event is one event more.
  it.each(WAYS)(
    'has no event written twice: the service remembers those that it wrote. $name',
    async (way) => {
      const px = await startPx();
      const atRouter = ROUTER_WAYS.includes(way);
      // Two of the processor's few requests; after them, in delivery mode, two deliveries.
      const diesAt = atRouter ? DIES_AT : way.mode === 'delivery' ? [2, 7, 40, 90] : [2, 7];
      const report = await runAll(px, way, diesAt);
      expect(report.lostAnswers).toBeGreaterThan(0);
      expect(stateOf(px)).toEqual(expected);
      expectLinks(px);
    },
  );
});
