/** Why a text is not JSON, and where. */
export interface JsonFault {
  /** What is wrong, with line and column; it quotes nothing of the text, which may hold a key. */
  readonly message: string;
  /** Index of the first character that is wrong. */
  readonly at: number;
}

/** A value of a JSON text, and where it is. */
export interface JsonNode {
  /** Its name in an object, its index in an array; empty for the whole. */
  readonly name: string;
  /** Where its name begins; without a name, where it begins itself. */
  readonly from: number;
  /** Behind its name; without a name, behind its first character. */
  readonly headTo: number;
  readonly to: number;
  /** The entries or elements of an object or array, in order. */
  readonly children: readonly JsonNode[];
}

export type ReadJson = { readonly root: JsonNode } | { readonly fault: JsonFault };

/**
 * Reads where each value of a JSON text is; of a text that is not JSON, where and what its first fault is. Browsers each say that in their
 * own words, some without the place.
 *
 * It takes exactly what `JSON.parse` takes, at any depth.
 *
 * @example
 * readJson('{"a": 1,}'); // { fault: { message: 'line 1, column 9: expected a name in double quotes', at: 8 } }
 */
export function readJson(text: string): ReadJson {
  const read = new Reader(text).read();
  if ('root' in read) return read;
  const { at, message } = read.fault;
  const before = text.slice(0, at);
  const line = before.split('\n').length;
  const column = at - before.lastIndexOf('\n');
  return { fault: { at, message: `line ${line}, column ${column}: ${message}` } };
}

/** A node that is not complete. */
interface Draft {
  name: string;
  from: number;
  headTo: number;
  to: number;
  readonly children: Draft[];
  /** Absent for what has no children. */
  readonly closing?: '}' | ']';
}

/** A value, a value or the end of an empty array, a name, a name or the end of an empty object, or what follows a value. */
type Expected = 'value' | 'first element' | 'name' | 'first name' | 'after';

const WORD = /[^\s[\]{}:,"]+/y;
const BLANKS = /[ \t\r\n]*/y;
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const ESCAPE = /(?:["\\/bfnrt]|u[\da-fA-F]{4})/y;

class Reader {
  #at = 0;
  #expected: Expected = 'value';
  /** The objects and arrays that are open. */
  readonly #open: Draft[] = [];
  #root: Draft | undefined;
  /** The name of the next value, and where it is. */
  #name: Pick<Draft, 'name' | 'from' | 'headTo'> | undefined;

  constructor(private readonly text: string) {}

  read(): ReadJson {
    for (;;) {
      this.#pass(BLANKS);
      const sign = this.text[this.#at];
      const container = this.#open.at(-1);
      if (this.#expected === 'after' && container === undefined) {
        return sign === undefined
          ? { root: this.#root! }
          : { fault: { at: this.#at, message: 'expected nothing more: the JSON value ends before' } };
      }
      const message = this.#take(sign, container);
      if (message !== undefined) return { fault: { at: this.#at, message } };
    }
  }

  /** Takes the next sign or value; what was expected instead, if it is wrong. */
  #take(sign: string | undefined, container: Draft | undefined): string | undefined {
    switch (this.#expected) {
      case 'after':
        if (sign === container!.closing) return this.#close();
        if (sign !== ',') return `expected a comma or ${container!.closing!}`;
        this.#at += 1;
        this.#expected = container!.closing === '}' ? 'name' : 'value';
        return undefined;
      case 'first name':
        if (sign === '}') return this.#close();
        return sign === '"' ? this.#takeName() : 'expected a name in double quotes or }';
      case 'name':
        return sign === '"' ? this.#takeName() : 'expected a name in double quotes';
      case 'first element':
        return sign === ']' ? this.#close() : this.#takeValue(sign);
      case 'value':
        return this.#takeValue(sign);
    }
  }

  #close(): string | undefined {
    this.#at += 1;
    this.#open.pop()!.to = this.#at;
    this.#expected = 'after';
    return undefined;
  }

  #takeName(): string | undefined {
    const from = this.#at;
    const fault = this.#passString();
    if (fault !== undefined) return fault;
    const headTo = this.#at;
    this.#name = { name: JSON.parse(this.text.slice(from, headTo)) as string, from, headTo };
    this.#pass(BLANKS);
    if (this.text[this.#at] !== ':') return 'expected a colon';
    this.#at += 1;
    this.#expected = 'value';
    return undefined;
  }

  #takeValue(sign: string | undefined): string | undefined {
    const from = this.#at;
    if (sign === '{' || sign === '[') {
      this.#at += 1;
      const draft = this.#add(from, sign === '{' ? '}' : ']');
      this.#open.push(draft);
      this.#expected = sign === '{' ? 'first name' : 'first element';
      return undefined;
    }
    const fault = sign === '"' ? this.#passString() : this.#passWord();
    if (fault !== undefined) return fault;
    this.#add(from);
    this.#expected = 'after';
    return undefined;
  }

  #add(from: number, closing?: '}' | ']'): Draft {
    const container = this.#open.at(-1);
    const head = this.#name ?? {
      name: container === undefined ? '' : String(container.children.length),
      from,
      headTo: from + 1,
    };
    this.#name = undefined;
    const draft: Draft = {
      ...head,
      to: this.#at,
      children: [],
      ...(closing === undefined ? {} : { closing }),
    };
    if (container === undefined) this.#root = draft;
    else container.children.push(draft);
    return draft;
  }

  #passWord(): string | undefined {
    const from = this.#at;
    this.#pass(WORD);
    const word = this.text.slice(from, this.#at);
    if (NUMBER.test(word) || word === 'true' || word === 'false' || word === 'null') return undefined;
    this.#at = from;
    return 'expected a value: an object, an array, a text in double quotes, a number, true, false or null';
  }

  #passString(): string | undefined {
    for (this.#at += 1; this.#at < this.text.length; this.#at += 1) {
      const sign = this.text[this.#at]!;
      if (sign === '"') {
        this.#at += 1;
        return undefined;
      }
      if (sign === '\n') break;
      if (sign < ' ') return 'expected an escape (\\t, \\u0000 …) for a control character';
      if (sign === '\\') {
        const start = this.#at;
        this.#at += 1;
        if (!this.#pass(ESCAPE)) {
          this.#at = start;
          return 'expected one of \\" \\\\ \\/ \\b \\f \\n \\r \\t \\u0000';
        }
        this.#at -= 1;
      }
    }
    return 'expected the closing quote of the text';
  }

  /** Passes what a sticky expression matches here. */
  #pass(expression: RegExp): boolean {
    expression.lastIndex = this.#at;
    const length = expression.exec(this.text)?.[0].length ?? 0;
    this.#at += length;
    return length > 0;
  }
}
