import { copyText, type DestinationApi } from '../../core/index.js';
import { redactor } from '../../runtime/index.js';
import { oneLine } from './redact.js';

/** How much of a text is looked at; a quote shows far less. */
const MAX_LOOKED_AT = 16 * 1024;

/** Length of a quote at most, in UTF-16 units. */
const MAX_QUOTE = 300;

/** An answer's body as it was read. */
export interface BodyText {
  readonly text: string;
  readonly html: boolean;
  /** Whether the body went on after `text`. */
  readonly cut: boolean;
}

/**
 * What an answer's body says, for people: at most about 300 characters on one line, without the secret.
 *
 * An API explains a refusal in JSON of its own form; gateways in front of it answer with HTML pages, or nothing.
 *
 * @param errorTexts finds what a JSON body says is wrong; where it finds nothing, the summary holds the whole body
 * @example
 * summarizeBody({ text: '{"message":"possible duplicate"}', html: false, cut: false }, key, (body) => [body.message]);
 * // '"possible duplicate"'
 */
export function summarizeBody(
  { text, html, cut }: BodyText,
  secret: string,
  errorTexts: DestinationApi['errorTexts'],
): string {
  const redact = redactor(secret);
  const said = html ? (titleOf(text) ?? '') : messageOf(text, errorTexts);
  // Once before and once after the white space is gone: either may join or part what is to be found.
  const clean = redact(oneLine(redact(beginning(said, cut || said.length > MAX_LOOKED_AT, secret))));
  // Once more, as the marks around it may complete it. And copied: a part of a text would keep all of the body in memory.
  return copyText(redact(composed(clean, html)));
}

/** Where the end was cut off, it may hold the beginning of the secret, however escaped, which nothing would recognise. */
function beginning(text: string, isCut: boolean, secret: string): string {
  return isCut
    ? text.slice(0, Math.min(text.length, MAX_LOOKED_AT)).slice(0, -10 * secret.length - 16)
    : text;
}

function composed(clean: string, html: boolean): string {
  if (html) return clean === '' ? 'an HTML page' : `an HTML page titled "${shorten(clean)}"`;
  return clean === '' ? 'an empty body' : `"${shorten(clean)}"`;
}

function shorten(text: string): string {
  if (text.length <= MAX_QUOTE) return text;
  // Not in the middle of a pair of surrogates.
  return `${text.slice(0, MAX_QUOTE).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

function titleOf(html: string): string | undefined {
  return /<title[^>]{0,200}>([^<]*)/i.exec(html)?.[1];
}

function messageOf(text: string, errorTexts: DestinationApi['errorTexts']): string {
  try {
    const json: unknown = JSON.parse(text);
    const messages = errorTexts(json).filter(isText);
    if (messages.length > 0) return messages.join('; ');
    // Written anew, so that an escaped character hides nothing from the redaction.
    return isText(json) ? json : JSON.stringify(json);
  } catch {
    return text; // no JSON, or nested too deep to be written
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '';
}
