/**
 * Longer texts are named by a digest. Engines hash a text from 16,384 characters on by its length alone, so that a map of long keys
 * compares each with all others; and what remembers names must be bounded in bytes, not only in number.
 */
const LONGEST = 256;

/** Kept before the digest, for people and for what tells lanes apart by their beginning: longer than that it must not be. */
const KEPT = 16;

/** A digest that nobody can find two texts for, as hexadecimal digits: SHA-256 of all of the text's UTF-16 units. */
export type Digest = (text: string) => string;

/**
 * Makes what names texts as keys of maps and sets: a text of at most 256 characters is its own name, a longer one has a name of
 * 257 characters. Two texts never share a name, because the lengths of the two kinds of names differ.
 *
 * @example
 * const shortName = namingBy(sha256);
 * shortName('user:ada'); // 'user:ada'
 */
export function namingBy(digest: Digest): (text: string) => string {
  return (text) =>
    text.length <= LONGEST ? text : (text.slice(0, KEPT) + digest(text)).padEnd(LONGEST + 1, '.');
}
