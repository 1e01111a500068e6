import { isObject, type JsonObject } from '../../core/index.js';

/** A time as hosts write it is shorter. */
const LONGEST_TIME = 40;

/**
 * When a host received an event, in epoch milliseconds: the `receivedAt` of its message, else the `receivedAt` or `createdAt` of its job. Undefined
 * where none of them is a time.
 *
 * @example
 * receivedMs({ receivedAt: '2026-11-26T22:56:19.026Z' }, {}); // 1795733779026
 */
export function receivedMs(message: unknown, { receivedAt, createdAt }: JsonObject): number | undefined {
  const ofMessage = isObject(message) ? message.receivedAt : undefined;
  // A host that does not know a time may write Go's zero, which is in the year 1.
  return [ofMessage, receivedAt, createdAt].map(timeOf).find((time) => time > 0);
}

function timeOf(text: unknown): number {
  return typeof text === 'string' && text.length <= LONGEST_TIME ? Date.parse(text) : NaN;
}
