import { isDeepStrictEqual } from 'node:util';
import groupBy from 'lodash/groupBy.js';
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
      what: 'only messages that can never be delivered are dead letters, each once',
      faults: [
        ...deadLetters
          .filter(({ retryable }) => retryable)
          .map(({ messageId }) => `${messageId} is retryable`),
        ...[...gaveUp].filter((id) => !reference.refused.has(id)).map((id) => `${id} can be delivered`),
        ...[...reference.refused].filter((id) => !gaveUp.has(id)).map((id) => `${id} is missing`),
        ...(deadLetters.length > gaveUp.size ? [`${deadLetters.length - gaveUp.size} more than once`] : []),
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

function differences(found: Snapshot, expected: Snapshot, part: keyof Snapshot): string[] {
  const [a, b] = [found[part], expected[part]];
  const faults: string[] = a.length === b.length ? [] : [`${a.length} instead of ${b.length}`];
  for (const [index, item] of b.entries()) {
    if (!isDeepStrictEqual(a[index], item)) {
      faults.push(`${JSON.stringify(a[index])} instead of ${JSON.stringify(item)}`);
    }
  }
  return faults;
}

/** Why an event may be in PX more than once. */
export interface Duplicates {
  /** Copies beyond the first. */
  readonly found: number;
  /** Sends whose answer was lost or was no success: PX may have written the event all the same. */
  readonly answerLost: number;
  /** Events that were accepted, but not yet recorded as settled when their process was killed. */
  readonly inDoubtAtKills: number;
  readonly unexplained: readonly string[];
}

const wasAccepted = ({ status }: Send): boolean => status !== undefined && status >= 200 && status < 300;

/**
 * Explains each copy of an event: by a send before it whose answer was lost, or by a process that was killed after it was
 * accepted and before that was recorded.
 *
 * @param inDoubt whether an accepted send was not recorded when its process was killed
 */
export function explainDuplicates(
  { copies }: PxState,
  sends: readonly Send[],
  inDoubt: (send: Send) => boolean,
): Duplicates {
  const ofEvents = sends.filter(({ eventId }) => eventId !== undefined);
  const byEvent = Object.entries(groupBy(ofEvents, 'eventId'));
  let [found, answerLost, inDoubtAtKills] = [0, 0, 0];
  const unexplained: string[] = [];
  for (const [eventId, ofEvent] of byEvent) {
    const lost = ofEvent.filter((send) => !wasAccepted(send)).length;
    const doubtful = ofEvent.filter((send) => wasAccepted(send) && inDoubt(send)).length;
    const more = Math.max(0, (copies[eventId] ?? 0) - 1);
    found += more;
    answerLost += lost;
    inDoubtAtKills += doubtful;
    if (more > lost + doubtful) unexplained.push(`${eventId}: ${more} more, ${lost + doubtful} explained`);
    // A send after one that was accepted and recorded is a fault even when PX did not write it.
    const settled = ofEvent.findIndex((send) => wasAccepted(send) && !inDoubt(send));
    if (settled !== -1 && settled < ofEvent.length - 1) {
      unexplained.push(`${eventId} was sent again after it was accepted and recorded`);
    }
  }
  return { found, answerLost, inDoubtAtKills, unexplained };
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
