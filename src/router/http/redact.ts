import { HIDDEN_CHARACTERS } from '../../core/index.js';
import { redactor } from '../../runtime/index.js';

/** The value of a request's header, by its name in any case; empty when there is none. */
export function headerIn(headers: Readonly<Record<string, string>>, header: string): string {
  const folded = header.toLowerCase();
  const name = Object.keys(headers).find((candidate) => candidate.toLowerCase() === folded);
  return name === undefined ? '' : headers[name]!;
}

/**
 * The JSON of an answer, with a secret taken out of the texts in it. Names of fields stay whole: a short key that is part of one
 * must not turn an opt-out into an unknown field.
 */
export function readAnswer(text: string, secret: string): unknown {
  const redact = redactor(secret);
  return JSON.parse(text, (_key, value: unknown) => (typeof value === 'string' ? redact(value) : value));
}

/** A text without control characters, every run of white space a single blank. */
export function oneLine(text: string): string {
  return (
    text
      .replace(/\s/g, ' ')
      // NUL breaks databases, bidirectional marks mislead readers.
      .replace(HIDDEN_CHARACTERS, '')
      .replace(/ {2,}/g, ' ')
      .trim()
  );
}
