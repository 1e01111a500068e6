import { LRUCache } from 'lru-cache';
import { MASK, redactor } from '../../runtime/index.js';

/** A shorter key may be a part of ordinary words: it is masked only where it is a whole text. */
const LEAST_IN_TEXT = 8;

/** Their patterns take longer to make than to use. */
const masks = new LRUCache<string, KeyMask>({ max: 100 });

/** The mask of an API key: the same object for the same key, of the last keys. */
export function keyMask(key: string): KeyMask {
  const known = masks.get(key) ?? new KeyMask(key);
  masks.set(key, known);
  return known;
}

/** Takes one API key out of JSON data. */
class KeyMask {
  readonly #mask: (text: string) => string;
  readonly #mayBeIn: (json: string) => boolean;

  constructor(key: string) {
    if (key.trim().length < LEAST_IN_TEXT) {
      this.#mask = (text) => (text === key ? MASK : text);
      this.#mayBeIn = (json) => json.includes(JSON.stringify(key));
      return;
    }
    const redact = redactor(key);
    this.#mask = redact;
    this.#mayBeIn = (json) => redact(json) !== json;
  }

  /** The JSON with the key masked in each text and each name of a field. JSON without the key stays as it is, which is nearly all. */
  apply(json: string): string {
    if (!this.#mayBeIn(json)) return json;
    return json.replace(STRINGS, (text) => JSON.stringify(this.#mask(JSON.parse(text) as string)));
  }
}

/** The strings of JSON, names included: a value of any depth is read so. */
const STRINGS = /"[^"\\]*(?:\\.[^"\\]*)*"/g;
