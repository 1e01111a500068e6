import type { JsonObject } from '../../src/core/json/json-object';
import { gainsightDestination } from './destination';
import type { HostEvent } from './job';
import { seededRandom } from './random';

/**
 * Messages as a real host sends them: a user has several anonymous ids, and therefore several ordering keys.
 * Several users share an account. The group message of a user often comes before its identify. A user can
 * write to more than one account.
 */
export interface CrowdedWorkload {
  readonly events: readonly HostEvent[];
  /** What PX must hold at the end, in any order. */
  readonly expected: CrowdedState;
  /** How many group messages come before the first identify of their user. */
  readonly groupsBeforeUsers: number;
}

/** The users, accounts and events in PX. */
export interface CrowdedState {
  readonly users: readonly string[];
  readonly accounts: readonly string[];
  /** The `seq` of each event, sorted. A missing one was lost; one that occurs twice was sent twice. */
  readonly events: readonly number[];
}

const DESTINATION = gainsightDestination({
  apiKey: 'secret-key-of-the-host-tests',
  productTagKey: 'AP-HOST-2',
  missingUserOnGroup: 'create',
});

const USERS = 60;
const ACCOUNTS = 12;
const ANONYMOUS_IDS_OF_EACH = 3;

export function crowdedWorkload(count: number, seed = 1): CrowdedWorkload {
  const random = seededRandom(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  const messages = Array.from({ length: count }, (_, seq) => {
    const userId = `user-${below(USERS)}`;
    const ids = { userId, anonymousId: `anon-${userId}-${below(ANONYMOUS_IDS_OF_EACH)}` };
    return message(seq, ids, `acct-${below(ACCOUNTS)}`, random());
  });
  return {
    events: messages.map((each) => ({ message: each, destination: DESTINATION })),
    expected: expectedOf(messages),
    groupsBeforeUsers: groupsBeforeUsers(messages),
  };
}

function message(seq: number, ids: JsonObject, groupId: string, kind: number): JsonObject {
  const timestamp = new Date(Date.UTC(2026, 0, 2) + seq * 1000).toISOString();
  const base = { ...ids, messageId: `message-${seq}`, timestamp };
  if (kind < 0.6) return { ...base, type: 'track', event: `Event ${seq % 5}`, properties: { seq } };
  if (kind < 0.8) return { ...base, type: 'identify', traits: { score: seq } };
  return { ...base, type: 'group', groupId, traits: { name: groupId, numberOfEmployees: seq } };
}

function expectedOf(messages: readonly JsonObject[]): CrowdedState {
  const of = (...types: string[]): readonly JsonObject[] =>
    messages.filter(({ type }) => types.includes(type as string));
  return {
    users: distinct(of('identify', 'group').map(({ userId }) => userId as string)),
    accounts: distinct(of('group').map(({ groupId }) => groupId as string)),
    events: of('track').map(({ properties }) => (properties as { seq: number }).seq),
  };
}

function groupsBeforeUsers(messages: readonly JsonObject[]): number {
  const identified = new Set<unknown>();
  let count = 0;
  for (const { type, userId } of messages) {
    if (type === 'identify') identified.add(userId);
    if (type === 'group' && !identified.has(userId)) count += 1;
  }
  return count;
}

const distinct = (texts: readonly string[]): string[] => [...new Set(texts)].sort();
