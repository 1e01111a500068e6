const LONGEST = 2_000;

/**
 * A text for the `error` of a reply: without NUL, as a character or escaped, which the host's database refuses, and bounded.
 *
 * @example
 * errorText('a\u0000b'); // 'ab'
 */
export function errorText(text: string): string {
  const clean = text.replaceAll('\u0000', '').replaceAll('\\u0000', '');
  return clean.length <= LONGEST ? clean : `${clean.slice(0, LONGEST)}…`;
}
