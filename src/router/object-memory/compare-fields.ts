import type { BodyFields } from './body-fields.js';
import type { KnownField } from './known-object.js';

/** An event that writes fields, and how long what is known counts. */
export interface WritingEvent {
  /** When it was, in epoch milliseconds; `undefined`: unknown. */
  readonly eventMs: number | undefined;
  /** The wall clock. */
  readonly nowMs: number;
  /** For how long a value that was sent counts as held by the API, and for how long older events are recognized. */
  readonly keepMs: number;
}

/** Why a field need not be sent: the API holds its value, or a value of a newer event. */
export type Needless = 'unchanged' | 'stale';

/** The fields of a body, compared with what is known of the object. */
export interface Comparison {
  /** The fields that are to be sent. */
  readonly toSend: ReadonlySet<string>;
  readonly needless: ReadonlyMap<string, Needless>;
  /** What is known when those fields are accepted, or when there are none to send. */
  readonly after: ReadonlyMap<string, KnownField>;
}

/** Clocks differ: an event that is further ahead counts as now, so that it does not hold its fields for as long. */
const AHEAD_MS = 5 * 60_000;

/** The time of an event that is compared with those of others. */
export function comparableTime(eventMs: number | undefined, nowMs: number): number | undefined {
  return eventMs !== undefined && eventMs > nowMs + AHEAD_MS ? nowMs : eventMs;
}

/**
 * Compares the fields of an event with what is known.
 *
 * - A value that the API holds is not sent again. If this event is newer, the field has its time from now on: otherwise an event between
 *   the two could overwrite it.
 * - A value that a newer event wrote is not overwritten. Of two events of the same time the later arrival counts.
 * - An event without a time is sent whole. It cannot be placed among others, so it leaves the time of a field as it was: then no event is
 *   lost that may be newer, and none that is known to be older than one before it comes through.
 *
 * @param alwaysSent names of fields that go along, unchanged, whenever another is sent; they count as no needless ones
 */
export function compareFields(
  fields: BodyFields,
  known: ReadonlyMap<string, KnownField>,
  alwaysSent: readonly string[],
  event: WritingEvent,
): Comparison {
  const { nowMs } = event;
  const eventMs = comparableTime(event.eventMs, nowMs);
  const toSend = new Set<string>();
  const needless = new Map<string, Needless>();
  const after = new Map([...known].filter(([, { saidMs }]) => isRecent(saidMs, event)));
  for (const [name, text] of fields) {
    const before = after.get(name);
    const newestMs = Math.max(eventMs ?? -Infinity, before?.eventMs ?? -Infinity);
    const why =
      before === undefined || eventMs === undefined ? undefined : whyNeedless(text, before, eventMs, event);
    if (why === undefined) {
      toSend.add(name);
      after.set(name, { text, eventMs: newestMs, sentMs: nowMs, saidMs: nowMs });
    } else {
      needless.set(name, why);
      // An older event does not prolong what a newer one said.
      if (before!.eventMs <= eventMs!) after.set(name, { ...before!, eventMs: newestMs, saidMs: nowMs });
    }
  }
  for (const name of alwaysSent) {
    const [text, before] = [fields.get(name), after.get(name)];
    if (!needless.has(name) || text === undefined || before === undefined) continue;
    // A newer event says another value.
    if (needless.get(name) === 'stale' && before.text !== '' && before.text !== text) continue;
    needless.delete(name);
    if (toSend.size === 0) continue;
    toSend.add(name);
    after.set(name, { ...before, text, sentMs: nowMs });
  }
  return { toSend, needless, after };
}

function whyNeedless(
  text: string,
  before: KnownField,
  eventMs: number,
  event: WritingEvent,
): Needless | undefined {
  if (text === before.text && isRecent(before.sentMs, event)) return 'unchanged';
  return eventMs < before.eventMs ? 'stale' : undefined;
}

/** In both directions: the clocks of two processes differ, and a clock may be set back. */
function isRecent(atMs: number, { nowMs, keepMs }: WritingEvent): boolean {
  return Math.abs(nowMs - atMs) < keepMs;
}
