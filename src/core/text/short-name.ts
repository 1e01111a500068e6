/**
 * A copy of a text in its own memory. A JavaScript engine stores a substring as a reference to the whole text. So a
 * substring that is kept, or a text that is joined from substrings, keeps the whole text in memory.
 */
export function copyText(text: string): string {
  return Array.from(text).join('');
}

/** A collision-resistant digest of all UTF-16 units of a text, in hexadecimal digits. */
export type Digest = (text: string) => string;

const LONGEST = 256;
/** The beginning says what kind of name it is: `user:…`, `account:…`, `ordering-key:…`. */
const KEPT = 16;

/**
 * Makes a function that names texts as keys of maps and sets: a text of at most 256 characters is its own name, a longer one gets a name of 257.
 * So two texts never have the same name, nobody can choose an id that has the name of another one, and what remembers names is bounded in bytes.
 *
 * V8 hashes a text of 16,384 characters or more by its length alone: a map whose keys are such texts compares each with all others.
 *
 * @example
 * const shortName = namingBy((text) => createHash('sha256').update(text, 'utf16le').digest('hex'));
 * shortName('user:ada'); // 'user:ada'
 */
export function namingBy(digest: Digest): (text: string) => string {
  return (text) =>
    text.length <= LONGEST
      ? text
      : copyText(text.slice(0, KEPT)) + digest(text).padEnd(LONGEST + 1 - KEPT, '.');
}
