import { createHash } from 'node:crypto';
import { namingBy } from '../../src/core/text/short-name';
import { mergeIntegrations } from '../../src/destinations/gainsight_px/skip-reason';
import { compile } from '../../src/index';
import { createRouter } from '../../src/router';
import { shortName } from '../../src/runtime';
import { createSimulator } from '../../src/simulator';
import { cleanUp, CONFIG, job, world } from '../service/running-service';

/**
 * V8 hashes a string of 16,384 characters or more by its length alone, so a map or a set compares each such
 * key with all others. No map or set may use a string of unbounded length from an event as a key.
 */
const LONG = 'x'.repeat(20_000);
const LONGEST_KEY = 5_000;

afterEach(async () => {
  jest.restoreAllMocks();
  await cleanUp();
});

/** Records the lengths of strings that are too long, whenever a map or a set gets one as a key. */
function watchKeys(): number[] {
  const tooLong: number[] = [];
  const watch = (key: unknown): void => {
    if (typeof key === 'string' && key.length > LONGEST_KEY) tooLong.push(key.length);
  };
  const { set } = Map.prototype;
  jest.spyOn(Map.prototype, 'set').mockImplementation(function (this: Map<unknown, unknown>, key, value) {
    watch(key);
    return set.call(this, key, value);
  });
  const { add } = Set.prototype;
  jest.spyOn(Set.prototype, 'add').mockImplementation(function (this: Set<unknown>, value) {
    watch(value);
    return add.call(this, value);
  });
  return tooLong;
}

const traits = {
  [LONG]: 'unmapped',
  email: 'ada@example.com',
  nested: { [LONG]: 1 },
  userPreferences: { surveys: false },
};
const common = {
  messageId: `m${LONG}`,
  anonymousId: `a${LONG}`,
  context: {
    consentManagement: { deniedConsentIds: [`c${LONG}`, `d${LONG}`] },
    traits: { [`${LONG}2`]: [1] },
  },
  integrations: { [LONG]: true },
};
const messages = [
  { type: 'identify', userId: `u${LONG}`, traits, ...common },
  { type: 'group', userId: `u${LONG}`, groupId: `g${LONG}`, traits: { ...traits, name: LONG }, ...common },
  { type: 'track', userId: `u${LONG}`, event: LONG, properties: { [LONG]: 1, [`${LONG}2`]: {} }, ...common },
  { type: 'track', userId: `v${LONG}`, event: 'e', ...common },
];
const config = {
  ...CONFIG,
  consentPreferences: [{ consent: 'surveys', preference: 'surveys' }],
  sendEventId: true,
} as const;

it('by the mapping and its explanation', () => {
  const { process, explain } = compile(config);
  const tooLong = watchKeys();
  for (const message of messages) {
    process(message);
    explain(message);
  }
  mergeIntegrations({ [LONG]: false, All: false }, { [LONG]: true });
  expect(tooLong).toEqual([]);
});

it('by the router and the simulated PX', async () => {
  const simulator = createSimulator({ readLag: { requests: 1 } });
  const { origin } = await simulator.listen();
  const router = createRouter({
    fetch: (url, init) => fetch(url.replace(/^https:\/\/[^/]+/, origin), init),
    backoffBaseMs: 1,
    onRetryableFailure: 'blockLanes',
  });
  const { process } = compile(config);
  const tooLong = watchKeys();
  const outcomes = await Promise.all(messages.map((message) => router.deliver(process(message))));
  simulator.configure({ faults: [{ fault: { status: 500 } }] });
  const failed = await router.deliver(process(messages[0]!));
  const blocked = await router.deliver(process(messages[0]!));
  expect(tooLong).toEqual([]);
  jest.restoreAllMocks();
  expect(outcomes.map(({ delivered }) => delivered)).toEqual([true, true, true, true]);
  expect([failed, blocked]).toMatchObject([{ code: 'unavailable' }, { code: 'blocked' }]);
  expect([...simulator.state.users.keys()]).toEqual([`u${LONG}`]);
  expect(simulator.state.users.has(`u${LONG}`)).toBe(true);
  await router.close();
  await simulator.close();
});

it('by the service', async () => {
  const { route, post } = await world();
  const jobs = messages.map((message, index) => job(index, message, { userId: `k${LONG}${index % 2}` }));
  const tooLong = watchKeys();
  await route(jobs);
  await post('/v0/destinations/gainsight_px', jobs);
  await post('/deleteUsers', [
    {
      jobId: '1',
      destType: 'gainsight_px',
      config: CONFIG,
      userAttributes: [{ userId: `u${LONG}` }, { userId: `u${LONG}` }, { userId: `w${LONG}` }],
    },
  ]);
  expect(tooLong).toEqual([]);
});

describe('the short name of a text', () => {
  it('is the text, up to 256 characters', () => {
    expect(shortName('x'.repeat(256))).toBe('x'.repeat(256));
  });

  it('is its beginning and a digest for a longer text, and never the name of a shorter text', () => {
    const name = shortName(`user:${LONG}`);
    const hex = createHash('sha256').update(`user:${LONG}`, 'utf16le').digest('hex');
    expect(name).toBe(`user:${'x'.repeat(11)}${hex}`.padEnd(257, '.'));
    expect(shortName(name)).not.toBe(name);
    expect(shortName(name)).toHaveLength(257);
  });

  it('differs for texts that differ only where UTF-8 has no characters', () => {
    expect(shortName(`${LONG}\uD800`)).not.toBe(shortName(`${LONG}\uD801`));
  });

  it('has the same form for a digest of any length', () => {
    expect(namingBy(() => 'abc')(LONG)).toBe(`${'x'.repeat(16)}abc`.padEnd(257, '.'));
  });
});
