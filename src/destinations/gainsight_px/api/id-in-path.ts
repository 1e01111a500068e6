import { NOT_IDS } from './routes.js';

/** What needs no thought: these stand in a URL path as they are. */
const PLAIN = /^[A-Za-z0-9\-._~@]+$/;
/** What PX's servers read back unchanged when it is percent-encoded. */
const CARRIABLE =
  /^[\p{L}\p{Nd}\-._~@:!$&'()*,+=](?:[\p{L}\p{Nd}\-._~@:!$&'()*,+= ]*[\p{L}\p{Nd}\-._~@:!$&'()*,+=])?$/u;
const LEFT_BY_ENCODE_URI_COMPONENT = /[!'()*]/g;
const MAX_ENCODED_BYTES = 512;

/** Segments that lead elsewhere: to another call, or to another folder. */
const ELSEWHERE: readonly string[] = ['.', '..', ...NOT_IDS];
const ELSEWHERE_SET: ReadonlySet<string> = new Set(ELSEWHERE);
const LONGEST_ELSEWHERE = Math.max(...ELSEWHERE.map(({ length }) => length));

/** The ids that a path can carry, for messages. */
export const CARRIED_IN_PATHS = `only letters, digits, inner blanks and -._~@:!$&'()*,+=, at most ${MAX_ENCODED_BYTES} bytes when encoded, and none of ${ELSEWHERE.join(' ')}`;

/**
 * An id as one segment of a URL path; `undefined` when no path can carry it safely, so that the body form of the call is due.
 *
 * Servers of PX's kind refuse an encoded slash, resolve dot segments and cut off what follows a `;`: an id with such characters
 * could reach another object. `@` stays readable, for e-mail addresses.
 *
 * @example
 * idInPath('ada@example.com'); // 'ada@example.com'
 * idInPath('Ada Lovelace');    // 'Ada%20Lovelace'
 * idInPath('a/b');             // undefined
 */
export function idInPath(id: string): string | undefined {
  if (id.length <= LONGEST_ELSEWHERE && ELSEWHERE_SET.has(id)) return undefined;
  if (PLAIN.test(id)) return id.length <= MAX_ENCODED_BYTES ? id : undefined;
  // Longer than this it cannot fit, and need not be matched.
  if (id.length > MAX_ENCODED_BYTES || !CARRIABLE.test(id)) return undefined;
  const encoded = encodeURIComponent(id)
    .replaceAll('%40', '@')
    .replace(
      LEFT_BY_ENCODE_URI_COMPONENT,
      (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
    );
  return encoded.length <= MAX_ENCODED_BYTES ? encoded : undefined;
}
