const API_KEY_HEADER = 'x-aptrinsic-api-key';
const MASK = '[redacted]';

/** The API key in a request's headers; empty when there is none. */
export function apiKeyOf(headers: Readonly<Record<string, string>>): string {
  const name = Object.keys(headers).find((candidate) => candidate.toLowerCase() === API_KEY_HEADER);
  return name === undefined ? '' : headers[name]!;
}

/** Makes what takes a secret out of texts, in every form in which a server may echo it and in any case. */
export function redactor(secret: string): (text: string) => string {
  if (secret === '') return (text) => text;
  const forms = new Set([secret, oneLine(secret), jsonText(secret), urlText(secret), htmlText(secret)]);
  const pattern = new RegExp(
    [...forms]
      .filter((form) => form !== '')
      .sort((a, b) => b.length - a.length)
      .map((form) => form.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
      .join('|'),
    'gi',
  );
  return (text) => text.replace(pattern, MASK);
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
      // Control and format characters and lone surrogates: NUL breaks databases, bidirectional marks mislead readers.
      .replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '')
      .replace(/ {2,}/g, ' ')
      .trim()
  );
}

function jsonText(secret: string): string {
  return JSON.stringify(secret).slice(1, -1);
}

function urlText(secret: string): string {
  return encodeURIComponent(secret);
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function htmlText(secret: string): string {
  return secret.replace(/[&<>"]/g, (character) => ENTITIES[character]!);
}
