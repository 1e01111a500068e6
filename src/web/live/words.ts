import type { LiveEvent, LiveRequest, LiveResult, LiveRoute } from '../data/live.js';

/** Results in words, each with a sign of its own. */
export const RESULTS: Readonly<Record<LiveResult, readonly [sign: string, words: string]>> = {
  delivered: ['✓', 'delivered'],
  handedOver: ['→', 'handed over to the host, which sends it'],
  filtered: ['–', 'filtered: not meant for PX'],
  retry: ['↻', 'failed for now: its sender sends it again'],
  dropped: ['✗', 'failed for good'],
};

export const ROUTES: Readonly<Record<LiveRoute, string>> = {
  routerTransform: 'router transform of a host',
  processor: 'processor of a host',
  proxy: 'delivery proxy of a host',
  deliver: 'message that was posted',
};

/** What an event is: its type, with its name where it has one. */
export function eventTitle({ type, eventName }: LiveEvent): string {
  return eventName === undefined ? type : `${type}: ${eventName}`;
}

/** Whom an event is about. */
export function whom({ userId, groupId }: LiveEvent): string {
  return [userId, ...(groupId === undefined ? [] : [`account ${groupId}`])]
    .filter((part) => part !== undefined)
    .join(', ');
}

/** `PUT 204`, or `PUT TIMEOUT` where no answer came. */
export function answerText({ method, status, errorCode }: LiveRequest): string {
  return `${method} ${status ?? errorCode ?? 'no answer'}`;
}

/** `03:04:05.123`, in the time zone of the reader. */
export function timeOfDay(atMs: number): string {
  const date = new Date(atMs);
  const digits = (part: number, length = 2): string => String(part).padStart(length, '0');
  return `${digits(date.getHours())}:${digits(date.getMinutes())}:${digits(date.getSeconds())}.${digits(date.getMilliseconds(), 3)}`;
}
