// What moves a terminal's cursor, changes its colours, or reorders the text around it.
const UNPRINTABLE =
  // eslint-disable-next-line no-control-regex -- these are the characters that must not get through
  /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/**
 * A text on one line that does nothing to a terminal: control characters are written as escapes. Names and paths of an event are
 * as little to be trusted as its values.
 *
 * @example
 * printable('a\nb\u001b[2J'); // 'a\\u000ab\\u001b[2J'
 */
export function printable(text: string): string {
  return text.replace(
    UNPRINTABLE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** A JSON value on one line; texts are quoted, so that `"1"` and `1` are told apart. */
export function printableJson(value: unknown): string {
  return printable(JSON.stringify(value) ?? 'nothing');
}
