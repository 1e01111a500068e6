import type { InputPlace } from '../../../web/index.js';
import { isObject } from '../../../core/index.js';
import type { InputItem } from '../../input/input-item.js';

/** Senders choose the names in events; a limit on distinct keys bounds the memory. */
const MAX_KEYS = 10_000;
const EXAMPLES = 3;

/** Longer ones are not ids of a message. */
const MAX_ID_LENGTH = 100;

/** Where the first messages of each kind are in the input. */
export class Examples {
  readonly #places = new Map<string, InputPlace[]>();

  add(key: string, item: InputItem): void {
    let places = this.#places.get(key);
    if (places === undefined) {
      if (this.#places.size >= MAX_KEYS) return;
      this.#places.set(key, (places = []));
    }
    if (places.length < EXAMPLES) places.push(placeOf(item));
  }

  of(key: string): readonly InputPlace[] {
    return this.#places.get(key) ?? [];
  }
}

/** The place of a message in the input, with its `messageId`: the only value of a message that a report shows. */
export function placeOf(item: InputItem): InputPlace {
  const id = item.kind === 'message' && isObject(item.message) ? item.message.messageId : undefined;
  const isUsual = typeof id === 'string' && id !== '' && id.length <= MAX_ID_LENGTH;
  return isUsual ? { ...item.position, messageId: id } : item.position;
}
