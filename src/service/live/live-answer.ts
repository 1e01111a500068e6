import type { LiveAnswer, LiveNow, LiveSecond } from '../../web/index.js';
import { cursorAfter, marksOf } from './live-cursor.js';
import { newest, type LivePart } from './live-part.js';
import type { ParsedLiveQuery } from './live-query.js';

/** A {@link LiveAnswer} as JSON, from the parts of all processes of a service. */
export function liveAnswer(
  parts: readonly LivePart[],
  { after, limit }: ParsedLiveQuery,
  atMs: number,
): string {
  const events = parts.flatMap((part) => part.events).sort((one, other) => one.atMs - other.atMs);
  const { chosen, left } = newest(events, limit);
  const rest: Omit<LiveAnswer, 'events'> = {
    cursor: cursorAfter(marksOf(after), parts),
    left: left + sum(parts.map((part) => part.left)),
    kept: sum(parts.map(({ kept }) => kept)),
    bound: sum(parts.map(({ bound }) => bound)),
    now: nowOf(parts, atMs),
  };
  // The events are JSON already.
  return `{"events":[${chosen.map(({ json }) => json).join(',')}],${JSON.stringify(rest).slice(1)}`;
}

function nowOf(parts: readonly LivePart[], atMs: number): LiveNow {
  const all = parts.map(({ now }) => now);
  const limits = all.flatMap(({ limit }) => (limit === undefined ? [] : [limit]));
  const lags = parts.flatMap((part) => part.lags).sort((one, other) => one - other);
  return {
    atMs,
    seconds: addedUp(all.flatMap(({ seconds }) => seconds)),
    pending: sum(all.map(({ pending }) => pending)),
    inFlight: sum(all.map(({ inFlight }) => inFlight)),
    // All processes share one limit.
    ...(limits.length === 0 ? {} : { limit: Math.max(...limits) }),
    pausedMs: Math.max(0, ...all.map(({ pausedMs }) => pausedMs)),
    ...(lags.length === 0
      ? {}
      : { lagMs: { p50: rank(lags, 0.5), p95: rank(lags, 0.95), max: lags.at(-1)! } }),
  };
}

/** One entry for each second, oldest first. */
function addedUp(seconds: readonly LiveSecond[]): LiveSecond[] {
  const bySecond = new Map<number, LiveSecond>();
  for (const second of seconds) {
    const known = bySecond.get(second.atMs);
    bySecond.set(second.atMs, known === undefined ? second : both(known, second));
  }
  return [...bySecond.values()].sort((one, other) => one.atMs - other.atMs);
}

function both(one: LiveSecond, other: LiveSecond): LiveSecond {
  return {
    atMs: one.atMs,
    events: one.events + other.events,
    failed: one.failed + other.failed,
    requests: one.requests + other.requests,
    ok: one.ok + other.ok,
    notFound: one.notFound + other.notFound,
    throttled: one.throttled + other.throttled,
    refused: one.refused + other.refused,
    serverError: one.serverError + other.serverError,
    noAnswer: one.noAnswer + other.noAnswer,
  };
}

/** The nearest rank. */
function rank(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
