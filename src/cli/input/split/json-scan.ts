/** Result of a scan: the value is not complete, it ends before this index of the text, or it is not JSON. */
export type ScanResult = 'open' | 'invalid' | number;

const BLANK = /\s/;

/**
 * Finds the end of a JSON object or array that arrives line by line, and reports text that cannot be JSON:
 * two values without a comma, a line break within a string. `JSON.parse` checks the values.
 */
export class JsonScan {
  readonly #open: ('{' | '[')[] = [];
  /** The last character, or `v` after a value, `k` after a key. */
  #last = '';

  /** Scans one more line. */
  feed(text: string, from = 0): ScanResult {
    for (let at = from; at < text.length; at += 1) {
      const sign = text[at]!;
      if (BLANK.test(sign)) continue;
      if (sign === '"') {
        if (!this.#mayBeginText()) return 'invalid';
        at = endOfText(text, at);
        if (at === -1) return 'invalid';
        this.#last = this.#open.at(-1) === '{' && this.#last !== ':' ? 'k' : 'v';
      } else if (!this.#take(sign)) {
        return 'invalid';
      }
      if (this.#open.length === 0) return at + 1;
    }
    return 'open';
  }

  #take(sign: string): boolean {
    const container = this.#open.at(-1);
    switch (sign) {
      case '{':
      case '[':
        if (container !== undefined && !this.#mayBeginValue()) return false;
        this.#open.push(sign);
        this.#last = sign;
        return true;
      case '}':
      case ']':
        if (container !== (sign === '}' ? '{' : '[')) return false;
        this.#open.pop();
        this.#last = 'v';
        return true;
      case ',':
        if (container === undefined || this.#last !== 'v') return false;
        this.#last = sign;
        return true;
      case ':':
        if (this.#last !== 'k') return false;
        this.#last = sign;
        return true;
      default:
        // A number or a word; its further characters follow a value.
        if (container === undefined || !(this.#last === 'v' || this.#mayBeginValue())) return false;
        this.#last = 'v';
        return true;
    }
  }

  #mayBeginValue(): boolean {
    return this.#open.at(-1) === '{' ? this.#last === ':' : this.#last === '[' || this.#last === ',';
  }

  #mayBeginText(): boolean {
    if (this.#open.length === 0) return false;
    return this.#mayBeginValue() || (this.#open.at(-1) === '{' && (this.#last === '{' || this.#last === ','));
  }
}

/** The index where the string that begins at `start` ends; -1 when it does not end. */
function endOfText(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '"') return at;
  }
  return -1;
}
