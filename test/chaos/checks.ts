import { isDeepStrictEqual } from 'node:util';
import groupBy from 'lodash/groupBy.js';
import orderBy from 'lodash/orderBy.js';
import { isObject } from '../../src/core';
import type { Snapshot } from '../../src/simulator';
import type { Send } from './command';
import type { PxState } from './px';
import type { Reference } from './reference';

/** One thing that must hold after a run. */
export interface Check {
  readonly what: string;
  /** What is wrong; empty when it holds. */
  readonly faults: readonly string[];
}

/** A message that a run gave up. */
export interface DeadLetter {
  readonly messageId: string;
  readonly code: string;
  readonly retryable: boolean;
}

/** What every run must end with, however often it was killed. */
export function checkEnd(px: PxState, deadLetters: readonly DeadLetter[], reference: Reference): Check[] {
  const { snapshot, copies } = px;
  const expected = reference.snapshot;
  const gaveUp = new Set(deadLetters.map(({ messageId }) => messageId));
  return [
    {
      what: 'the dead letters are the messages that can never be delivered',
      faults: [
        ...deadLetters
          .filter(({ retryable }) => retryable)
          .map(({ messageId }) => `${messageId} is retryable`),
        ...[...gaveUp].filter((id) => !reference.refused.has(id)).map((id) => `${id} can be delivered`),
        ...[...reference.refused].filter((id) => !gaveUp.has(id)).map((id) => `${id} is missing`),
      ],
    },
    ...(['users', 'accounts', 'preferences', 'denied'] as const).map((part) => ({
      what: `the ${part} are those of a run without faults`,
      faults: differences(snapshot, expected, part),
    })),
    {
      what: 'every event is there, and no other',
      faults: [
        ...eventIds(expected)
          .filter((id) => copies[id] === undefined)
          .map((id) => `${id} is missing`),
        ...differences(snapshot, expected, 'events'),
      ],
    },
  ];
}

const eventIds = ({ events }: Snapshot): string[] => events.map(({ eventId }) => eventId as string);

/** To send no custom attribute says the same as to leave them out, which an object memory does. */
function withoutEmpty(record: unknown): unknown {
  if (!isObject(record) || !isObject(record.customAttributes)) return record;
  const { customAttributes, ...others } = record;
  return Object.keys(customAttributes).length === 0 ? others : record;
}

function differences(found: Snapshot, expected: Snapshot, part: keyof Snapshot): string[] {
  const [a, b] = [found[part].map(withoutEmpty), expected[part].map(withoutEmpty)];
  const faults: string[] = a.length === b.length ? [] : [`${a.length} instead of ${b.length}`];
  for (const [index, item] of b.entries()) {
    if (!isDeepStrictEqual(a[index], item)) {
      faults.push(`${JSON.stringify(a[index])} instead of ${JSON.stringify(item)}`);
    }
  }
  return faults;
}

/** Why an event was sent once more. */
export type Reason =
  'an answer that was lost or no success' | 'a kill before it was recorded' | 'a hand-over';

/** What was sent more than once, and why. */
export interface Repeats {
  /** Copies in PX beyond the first of each event. */
  readonly copies: number;
  /** How often an event was sent once more, by reason. */
  readonly byReason: Readonly<Partial<Record<Reason, number>>>;
  /** What was sent once more without a reason. */
  readonly unexplained: readonly string[];
}

/** Whether the client read a success, so that there is no reason to send it again. */
const wasAccepted = ({ status }: Send): boolean => status !== undefined && status >= 200 && status < 300;

/**
 * Explains why events were sent more than once.
 *
 * @param reasonOf why an event that PX had accepted was sent once more; `undefined`: there is no reason for it
 */
export function explainRepeats(
  { copies }: PxState,
  sends: readonly Send[],
  reasonOf: (accepted: Send, next: Send) => Reason | undefined,
): Repeats {
  const byReason: Partial<Record<Reason, number>> = {};
  const unexplained: string[] = [];
  const ofEvents = groupBy(
    sends.filter(({ eventId }) => eventId !== undefined),
    'eventId',
  );
  for (const [eventId, all] of Object.entries(ofEvents)) {
    const ofEvent = orderBy(all, 'leftMs');
    for (const [index, next] of ofEvent.slice(1).entries()) {
      const send = ofEvent[index]!;
      const reason = wasAccepted(send) ? reasonOf(send, next) : 'an answer that was lost or no success';
      if (reason === undefined) unexplained.push(`${eventId}, sent by process ${send.life} and ${next.life}`);
      else byReason[reason] = (byReason[reason] ?? 0) + 1;
    }
    if (ofEvent.length < (copies[eventId] ?? 0)) unexplained.push(`${eventId} was sent by nobody`);
  }
  return {
    copies: Object.values(copies).reduce((sum, count) => sum + count - 1, 0),
    byReason,
    unexplained,
  };
}

/** The most requests that left within any second, over all processes. */
export function fullestSecond(sends: readonly Send[]): number {
  const times = sends.map(({ leftMs }) => leftMs).sort((a, b) => a - b);
  let [first, most] = [0, 0];
  for (const [index, time] of times.entries()) {
    while (times[first]! <= time - 1000) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most;
}

/** For the report. */
export function sentAgainFigures({ byReason }: Repeats): Record<string, number> {
  return Object.fromEntries(
    Object.entries(byReason).map(([reason, count]) => [`events sent again because of ${reason}`, count]),
  );
}
