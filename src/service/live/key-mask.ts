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

/** Takes one API key out of texts and of JSON data. */
class KeyMask {
  /** The text with the key masked. */
  readonly text: (text: string) => string;
  readonly #mayBeIn: (json: string) => boolean;

  constructor(key: string) {
    const plain = key.trim();
    if (plain.length < LEAST_IN_TEXT) {
      this.text = (text) => (text === key ? MASK : text);
      this.#mayBeIn = (json) => json.includes(JSON.stringify(key));
      return;
    }
    const redact = redactor(plain);
    // No way to write a key is shorter, except that several blanks may have become one.
    const least = plain.replace(/[ +]+/g, ' ').length;
    this.text = (text) => (text.length < least ? text : redact(text));
    // Each quote inside a text is an escape of JSON. To resolve all of them, several levels deep, takes long: such texts are read first.
    this.#mayBeIn = (json) => json.includes('\\') || redact(json) !== json;
  }

  /** The JSON with the key masked in each text and each name of a field. JSON without the key stays as it is, which is nearly all. */
  json(json: string): string {
    if (!this.#mayBeIn(json)) return json;
    return json.replace(STRINGS, (quoted) => {
      const text = quoted.includes('\\') ? (JSON.parse(quoted) as string) : quoted.slice(1, -1);
      const shown = this.text(text);
      return shown === text ? quoted : JSON.stringify(shown);
    });
  }
}

/** The strings of JSON, names included: a value of any depth is read so. */
const STRINGS = /"[^"\\]*(?:\\.[^"\\]*)*"/g;
