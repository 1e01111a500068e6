import { SHORTEST_SECRET_IN_TEXT } from '../core/index.js';

/** What is written in place of a secret. */
export const MASK = '[redacted]';

/** How many levels of nested escapes are resolved in the search for a secret. */
const DEEPEST_ESCAPE = 4;

/**
 * Makes what takes a secret out of texts: as it is, in any case, escaped for URLs, JSON and HTML, whether wholly or partly and also several times,
 * and as a part of anything in Base64. If the secret was escaped, the returned text has these escapes resolved.
 */
export function redactor(secret: string): (text: string) => string {
  const pattern = patternOf(secret);
  if (pattern === undefined) return (text) => text;
  const redact = (text: string): string => text.replace(pattern, MASK);
  return (text) =>
    UNESCAPES.reduce((shown, unescape) => redactEscaped(shown, unescape, redact), redact(text));
}

/**
 * The same for texts of ours, which may quote what was read: the words around a quote may complete what it shows in part. A secret that may be a
 * part of an ordinary word stays, as it would make them unreadable.
 */
export function ownTextRedactor(secret: string): (text: string) => string {
  return secret.trim().length < SHORTEST_SECRET_IN_TEXT ? (text) => text : redactor(secret);
}

/** The text without the escapes in which a secret was found; the text as it is when none was. */
function redactEscaped(text: string, unescape: Rewrite, redact: Rewrite): string {
  let shown = text;
  let looked = text;
  for (let depth = 0; depth < DEEPEST_ESCAPE; depth += 1) {
    const unescaped = unescape(looked);
    if (unescaped === looked) break;
    looked = redact(unescaped);
    if (looked !== unescaped) shown = looked;
  }
  return shown;
}

function patternOf(secret: string): RegExp | undefined {
  const plain = secret.trim();
  if (plain === '') return undefined;
  // Also the usual escaped forms as they are: characters before them may look like the start of an escape and hide them.
  const forms = new Set([
    plain,
    encodeURIComponent(plain),
    percentEncoded(plain),
    JSON.stringify(plain).slice(1, -1),
  ]);
  const literals = [...forms].sort((one, other) => other.length - one.length).map(literalPattern);
  return new RegExp([...literals, ...base64Patterns(plain)].join('|'), 'gi');
}

/** Forms write a blank as a plus, and whatever shows a text makes several blanks one. */
function literalPattern(text: string): string {
  return text.replace(/[\\^$.*?()[\]{}|/-]/g, '\\$&').replace(/[ +]+/g, '[ +]+');
}

function percentEncoded(text: string): string {
  return text.replace(/[^]/g, (character) => `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

/** Shorter pieces of Base64 than this are found in ordinary words. */
const LEAST_BASE64 = 8;

/**
 * What stands in Base64 for a secret, whatever stands before it: a character holds six bits of the text, so there are three ways to begin. The
 * characters at its ends, which hold bits of its neighbours as well, are taken along where they follow.
 */
function base64Patterns(secret: string): string[] {
  return [0, 1, 2].flatMap((before) => {
    const bytes = Buffer.from('\0'.repeat(before) + secret);
    const whole = bytes
      .toString('base64')
      .slice(Math.ceil((before * 8) / 6), Math.floor((bytes.length * 8) / 6));
    if (whole.length < LEAST_BASE64) return [];
    return [`${whole.replace(/\+/g, '[+-]').replace(/\//g, '[/_]')}[\\w+/-]?={0,2}`];
  });
}

type Rewrite = (text: string) => string;

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

const fromCode = (escape: string, code: number): string =>
  code >= 0x20 && code <= 0x7e ? String.fromCharCode(code) : escape;
const fromHex = (escape: string, digits: string): string => fromCode(escape, parseInt(digits, 16));

/** Each resolves, once, the escapes of one form that stand for ASCII characters. */
const unescapeUrl: Rewrite = (text) => text.replace(/%([0-9a-f]{2})/gi, fromHex);
const unescapeJson: Rewrite = (text) =>
  text.replace(/\\(?:(?:u00|x)([0-9a-f]{2})|([^\w\s]))/gi, (escape, hex?: string, literal?: string) =>
    hex === undefined ? literal! : fromHex(escape, hex),
  );
const unescapeHtml: Rewrite = (text) =>
  text.replace(
    /&(?:#x0{0,6}([0-9a-f]{2})|#0{0,6}(\d{2,3})|(amp|lt|gt|quot|apos));?/gi,
    (escape, hex?: string, decimal?: string, name?: string) => {
      if (name !== undefined) return NAMED[name.toLowerCase()]!;
      return decimal === undefined ? fromHex(escape, hex!) : fromCode(escape, Number(decimal));
    },
  );

/** Each by itself, as a secret may hold what looks like another one; and all of them, as forms may lie in each other. */
const UNESCAPES: readonly Rewrite[] = [
  unescapeUrl,
  unescapeJson,
  unescapeHtml,
  (text) => unescapeUrl(unescapeJson(unescapeHtml(text))),
];
