import type { JsonObject } from '../../src/core/json/json-object';
import type { DestinationConfig } from '../../src/index';
import { gainsightDestination } from './destination';
import type { HostEvent } from './job';
import { rulesOf, type HostReport } from './report';
import { cleanUp, startPx, startScene, type ReachablePx } from './setup';
import { PROCESSOR_WAYS, ROUTER_WAYS, WAYS, type Way } from './ways';
import { CONFIG } from './workload';

afterEach(cleanUp);

const USERS = Array.from({ length: 30 }, (_, user) => `user-${user}`);
const timestamp = '2026-01-02T03:04:05Z';

interface Scene extends Pick<ReachablePx, 'px'> {
  readonly run: (messages: readonly JsonObject[], orderingKey?: string) => Promise<HostReport>;
}

async function start({ mode, options }: Way, config: Partial<DestinationConfig> = {}): Promise<Scene> {
  const destination = gainsightDestination({ ...CONFIG, ...config });
  const px = await startPx();
  const scene = await startScene(mode, px, options);
  return {
    px: px.px,
    run: (messages, orderingKey) =>
      scene.run(
        messages.map((message): HostEvent => ({
          message,
          destination,
          ...(orderingKey === undefined ? {} : { orderingKey }),
        })),
      ),
  };
}

/** Each user has two anonymous ids, and so two ordering keys: the host keeps no order between them. */
const GROUPS = USERS.map((userId, at) => ({
  type: 'group',
  timestamp,
  userId,
  anonymousId: `phone-of-${userId}`,
  groupId: `account-${at % 7}`,
  traits: {},
}));
const IDENTIFIES = USERS.map((userId) => ({
  type: 'identify',
  timestamp,
  userId,
  anonymousId: `laptop-of-${userId}`,
  traits: { title: userId },
}));

describe.each(WAYS)('groups before their identifies, $name', (way) => {
  it('by default every link is there, and every user has its traits', async () => {
    const { px, run } = await start(way);
    const report = await run([...GROUPS, ...IDENTIFIES]);
    expect(report).toMatchObject({ violations: [], states: { Succeeded: 2 * USERS.length } });
    expect(USERS.map((user) => px.state.users.get(user))).toEqual(
      USERS.map((user, at) => expect.objectContaining({ title: user, accountId: `account-${at % 7}` })),
    );
  });
});

describe.each(ROUTER_WAYS)('groups of users that never come, $name', (way) => {
  it('with skip they are done without the link', async () => {
    const { px, run } = await start(way, { missingUserOnGroup: 'skip' });
    expect(await run(GROUPS)).toMatchObject({ violations: [], states: { Succeeded: USERS.length } });
    expect([px.state.users.size, px.state.accounts.size]).toEqual([0, 7]);
  });

  it('with fail each has three attempts, and later messages of its ordering key get through', async () => {
    const { px, run } = await start(way, { missingUserOnGroup: 'fail' });
    const [group] = GROUPS;
    const track = { type: 'track', timestamp, userId: 'ada', event: 'Opened', properties: {} };
    const messages = [group!, { ...IDENTIFIES[0]!, userId: 'ada' }, track];
    const report = await run(messages, 'one key');
    const [first, ...later] = report.events;
    expect(first).toMatchObject({ state: 'Aborted', attempts: 3 });
    expect(later).toMatchObject([{ state: 'Succeeded' }, { state: 'Succeeded' }]);
    expect([...px.state.users.keys()]).toEqual(['ada']);
    expect(px.state.events.total).toBe(1);
    // On purpose: a later message may create the user. A host that delivers jobs one by one holds them back
    // itself.
    expect(rulesOf(report)).toEqual(way.mode === 'inline' ? ['done-before-its-predecessor'] : []);
  });
});

describe.each(PROCESSOR_WAYS)('groups of users that never come, $name', (way) => {
  it('with skip they are done without the link', async () => {
    const { px, run } = await start(way, { missingUserOnGroup: 'skip' });
    const report = await run(GROUPS);
    expect(report.violations).toEqual([]);
    expect([px.state.users.size, px.state.accounts.size]).toEqual([0, 7]);
  });

  it('with fail no batch is handed back for them', async () => {
    const { px, run } = await start(way, { missingUserOnGroup: 'fail' });
    const report = await run([...GROUPS, { ...IDENTIFIES[0]!, userId: 'ada' }]);
    expect(report.violations).toEqual([]);
    expect(report.transformRequests).toBe(1);
    expect([...px.state.users.keys()]).toEqual(['ada']);
  });
});
