const LONGEST = 2_000;

/**
 * The `error` text of a reply: at most 2,000 characters, and without NUL (raw or escaped), which the host's database rejects.
 *
 * @example
 * errorText('a\u0000b'); // 'ab'
 */
export function errorText(text: string): string {
  const clean = text.replaceAll('\u0000', '').replaceAll('\\u0000', '');
  return clean.length <= LONGEST ? clean : `${clean.slice(0, LONGEST)}…`;
}
