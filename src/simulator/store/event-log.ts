import { createHash } from 'node:crypto';
import type { JsonObject } from '../../core/index.js';
import { shortName } from '../../runtime/index.js';

/** Custom events in the order of arrival: keeps the first ones, counts all. */
export class EventLog {
  /** The events kept. */
  readonly list: JsonObject[] = [];
  /** All events that PX took, kept or not, duplicates included. */
  total = 0;
  /** Events that came before with the same `eventId` or, without `eventId`, with exactly the same body. */
  duplicates = 0;
  /** Events of denylisted users: answered with 201, but not taken. */
  ignored = 0;
  readonly #limit: number;
  #seen = new Set<string>();
  #seenBefore = new Set<string>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Takes an event; `bodyText` is the raw body. */
  add(event: JsonObject, bodyText: string): void {
    this.total += 1;
    if (this.list.length < this.#limit) this.list.push(event);

    const { eventId } = event;
    const key = typeof eventId === 'string' ? shortName(`id:${eventId}`) : digest(bodyText);
    if (this.#seen.has(key) || this.#seenBefore.has(key)) this.duplicates += 1;
    else this.#remember(key);
  }

  clear(): void {
    this.list.length = 0;
    this.total = this.duplicates = this.ignored = 0;
    this.#seen.clear();
    this.#seenBefore.clear();
  }

  // Two generations of keys bound the memory, so a duplicate of a very old event is not noticed. Deleting the
  // oldest key for each new one would be slow: a Set keeps the slots of keys that were deleted at its front.
  #remember(key: string): void {
    if (this.#seen.size >= this.#limit) {
      this.#seenBefore = this.#seen;
      this.#seen = new Set();
    }
    this.#seen.add(key);
  }
}

function digest(text: string): string {
  return createHash('sha1').update(text).digest('base64');
}
