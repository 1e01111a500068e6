import { BrokenInput, type ByteReader } from './byte-reader.js';

/**
 * A byte that is never valid UTF-8. It replaces half a character, so that the line is refused as `not_utf8`.
 */
const NO_CHARACTER = Buffer.from([0xff]);

/** The byte order of UTF-16, from its mark or from the first character of JSON; undefined for other text. */
export function utf16Order(head: Buffer): 'little' | 'big' | undefined {
  const [first = 0, second = 0] = head;
  if ((first === 0xff && second === 0xfe) || (isSign(first) && second === 0 && head.length > 1))
    return 'little';
  if ((first === 0xfe && second === 0xff) || (first === 0 && isSign(second))) return 'big';
  return undefined;
}

/** { and [, and the white space that may come before them. */
const SIGNS: ReadonlySet<number> = new Set([0x7b, 0x5b, 0x20, 0x09, 0x0a, 0x0d]);
const isSign = (byte: number): boolean => SIGNS.has(byte);

/** Decodes UTF-8 or UTF-16. */
export function decodeText(bytes: Buffer): string {
  const order = utf16Order(bytes);
  if (order === undefined) return bytes.toString('utf8');
  const pairs = Buffer.from(bytes.subarray(0, bytes.length - (bytes.length % 2)));
  return (order === 'big' ? pairs.swap16() : pairs).toString('utf16le');
}

/** Encodes a text as other bytes are encoded: UTF-8 or UTF-16. */
export function encodeText(text: string, like: Buffer): Buffer {
  const order = utf16Order(like);
  if (order === undefined) return Buffer.from(text);
  const pairs = Buffer.from(text, 'utf16le');
  return order === 'big' ? pairs.swap16() : pairs;
}

/**
 * Converts UTF-16 to UTF-8; `>` in Windows PowerShell writes UTF-16.
 *
 * @throws BrokenInput when the text ends within a character
 */
export async function* utf8FromUtf16(reader: ByteReader, order: 'little' | 'big'): AsyncGenerator<Buffer> {
  let carried = '';
  for (;;) {
    const chunk = await nextPairs(reader);
    if (chunk === undefined) break;
    if (order === 'big') chunk.swap16();
    const text = carried + chunk.toString('utf16le');
    // The second half of a character may be in the next chunk.
    carried = /[\ud800-\udbff]$/.exec(text)?.[0] ?? '';
    yield utf8(carried === '' ? text : text.slice(0, -1));
  }
  if (carried !== '') yield NO_CHARACTER;
  if ((await reader.next()) !== undefined) throw new BrokenInput('the UTF-16 text ends within a character');
}

/** A copy of the buffered bytes in whole pairs; undefined at the end. */
async function nextPairs(reader: ByteReader): Promise<Buffer | undefined> {
  const held = await reader.peek(2);
  if (held.length < 2) return undefined;
  return Buffer.from((await reader.take(held.length - (held.length % 2)))!);
}

function utf8(text: string): Buffer {
  if (!/\p{Cs}/u.test(text)) return Buffer.from(text);
  const parts = text.split(/\p{Cs}/u).flatMap((part) => [NO_CHARACTER, Buffer.from(part)]);
  return Buffer.concat(parts.slice(1));
}
