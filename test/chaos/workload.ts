import type { DestinationConfig, JsonObject } from '../../src/index';
import type { SimulatorOptions } from '../../src/simulator';
import { seededRandom } from '../host/random';

/** The destination of all runs. `sendEventId` lets the simulated PX tell a copy of an event from another event. */
export const CONFIG: DestinationConfig = {
  apiKey: 'key-of-the-chaos-runs',
  productTagKey: 'AP-CHAOS-2',
  sendEventId: true,
  userAttributeMap: [
    { from: 'tier', to: 'tier' },
    { from: 'seats', to: 'seats' },
  ],
};

/** What an administrator declared in PX: it refuses a text for `seats`. */
export const DECLARED: SimulatorOptions['attributes'] = {
  user: [
    { apiName: 'tier', type: 'STRING' },
    { apiName: 'seats', type: 'NUMBER' },
  ],
};

/** A message with the id that each has here. */
export type ChaosMessage = JsonObject & { readonly messageId: string; readonly userId: string };

/** The place of a message in the workload, by its id; its event has the same id. */
export const numberOf = (messageId: string): number => Number(messageId.slice(ID_PREFIX.length));

const ID_PREFIX = 'message-';
const START_MS = Date.UTC(2026, 0, 2);
const DAY_MS = 86_400_000;

type Ids = Pick<ChaosMessage, 'messageId' | 'userId'> & { readonly timestamp: string };
type Maker = (at: number, account: number, ids: Ids) => JsonObject;

/**
 * The kinds of messages, with how many of a hundred each is. Some can never be delivered: the mapping refuses `nameless`,
 * PX refuses `wrongType`. `off` is skipped.
 */
const KINDS: readonly (readonly [share: number, make: Maker])[] = [
  [28, (at) => ({ type: 'identify', traits: { email: `user-${at}@example.com`, tier: `tier-${at % 7}` } })],
  [4, (at) => ({ type: 'identify', traits: { title: `Title ${at}`, seats: at } })],
  [6, (at) => ({ type: 'identify', traits: { userPreferences: { surveys: at % 2 === 0 } } })],
  [14, (at, account) => group(account, { plan: `plan-${at}`, numberOfEmployees: at })],
  [6, (at, account) => group(account, { industry: `industry-${at}` })],
  [39, (at) => ({ type: 'track', event: `Event ${at % 5}`, properties: { at } })],
  [1, () => ({ type: 'track', properties: {} })],
  [1, () => ({ type: 'identify', traits: { seats: 'many' } })],
  [1, (at) => ({ type: 'page', name: `Page ${at}` })],
];
const ALL_SHARES = KINDS.reduce((sum, [share]) => sum + share, 0);

/**
 * Every group message names its account and dates its creation. Otherwise PX would keep the defaults that the message which
 * happens to create the account brings.
 */
const group = (account: number, traits: JsonObject): JsonObject => ({
  type: 'group',
  groupId: `account-${account}`,
  traits: {
    name: `Account ${account}`,
    createdAt: new Date(START_MS - (account + 1) * DAY_MS).toISOString(),
    ...traits,
  },
});

/**
 * Messages in the order of their event times: identifies, groups, tracks and preferences of `users` users, who share
 * `accounts` accounts and now and then change to another.
 */
export function workload(count: number, users: number, accounts: number, seed: number): ChaosMessage[] {
  const random = seededRandom(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  return Array.from({ length: count }, (_, at) => {
    const user = below(users);
    const account = (user + (random() < 0.05 ? 1 : 0)) % accounts;
    const timestamp = new Date(START_MS + at * 1000).toISOString();
    const ids = { messageId: `${ID_PREFIX}${at}`, userId: `user-${user}`, timestamp };
    return { ...pick(below(ALL_SHARES))(at, account, ids), ...ids };
  });
}

function pick(share: number): Maker {
  let left = share;
  for (const [size, make] of KINDS) {
    if (left < size) return make;
    left -= size;
  }
  throw new RangeError(`no kind at ${share}`);
}
