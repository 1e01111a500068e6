import { createHash } from 'node:crypto';
import type { JsonObject } from '../../core/index.js';
import { shortName } from './id-map.js';

/** Custom events in the order of their arrival: the first ones kept, all of them counted. */
export class EventLog {
  /** The events kept. */
  readonly list: JsonObject[] = [];
  /** Events taken, kept or not, duplicates among them. */
  total = 0;
  /** Events taken that came before with the same `eventId`, or, without one, with the same body to the byte. */
  duplicates = 0;
  /** Events answered with 201 but not taken, because their user is on the denylist. */
  ignored = 0;
  readonly #limit: number;
  #seen = new Set<string>();
  #seenBefore = new Set<string>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Takes an event; `bodyText` is the body as it came. */
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

  // Memory stays bounded by two generations, so a duplicate of an event that came very long ago goes unnoticed. To take out the
  // oldest key for each new one would be slow: a set keeps the places of what left its front.
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
