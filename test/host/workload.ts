import type { JsonObject } from '../../src/core/json/json-object';
import { gainsightDestination, type DestinationObject } from './destination';
import type { HostEvent } from './job';
import { seededRandom } from './random';

/**
 * The destination of the tests: it stores `seq`, the number of a message within its user, as an attribute.
 */
export const CONFIG = {
  apiKey: 'secret-key-of-the-host-tests',
  productTagKey: 'AP-HOST-2',
  userAttributeMap: [{ from: 'seq', to: 'seq' }],
  accountAttributeMap: [{ from: 'seq', to: 'seq' }],
};

export const DESTINATION = gainsightDestination(CONFIG);

export function hostEvent(message: JsonObject, destination: DestinationObject = DESTINATION): HostEvent {
  return { message, destination };
}

const START_MS = Date.UTC(2026, 0, 2);

/**
 * Messages of many users, mixed, with the messages of each user in order: `seq` counts them. The first
 * message of a user is an identify, because a group message of an unknown user can fail. Only one user writes
 * to each account.
 */
export function workload(users: number, messagesOfEach: number, seed = 1): JsonObject[] {
  const random = seededRandom(seed);
  const next = Array.from({ length: users }, () => 0);
  const messages: JsonObject[] = [];
  while (messages.length < users * messagesOfEach) {
    const open = [...next.keys()].filter((user) => next[user]! < messagesOfEach);
    const user = open[Math.floor(random() * open.length)]!;
    messages.push(message(user, next[user]!, random));
    next[user]! += 1;
  }
  return messages;
}

function message(user: number, seq: number, random: () => number): JsonObject {
  const chance = seq === 0 ? 0 : random();
  const timestamp = new Date(START_MS + (seq * 1000 + user) * 1000).toISOString();
  const ids = {
    userId: `user-${user}`,
    anonymousId: `anonymous-${user}`,
    messageId: `message-${user}-${seq}`,
  };
  if (chance < 0.3) {
    const traits = {
      seq,
      email: `user-${user}-${seq}@example.com`,
      score: seq,
      [`title`]: `<Title & ${seq}>`,
    };
    return { type: 'identify', ...ids, timestamp, traits };
  }
  if (chance < 0.4) {
    const traits = { seq, userPreferences: { surveys: seq % 2 === 0, trackUsage: true } };
    return { type: 'identify', ...ids, timestamp, traits };
  }
  if (chance < 0.6) {
    const groupId = `account-${user}-${seq % 2}`;
    return {
      type: 'group',
      ...ids,
      timestamp,
      groupId,
      traits: { seq, plan: `plan-${seq}`, numberOfEmployees: seq },
    };
  }
  return {
    type: 'track',
    ...ids,
    timestamp,
    event: `Event ${seq % 5}`,
    properties: { seq, big: 2 ** 60, list: [seq] },
  };
}
