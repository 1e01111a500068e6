import { HIDDEN_CHARACTERS, type RequestPlan } from '../../core/index.js';

/** Scripts that need joiners (U+200C, U+200D) and variation selectors within words. */
const JOINING =
  '\\p{Script=Arabic}\\p{Script=Syriac}\\p{Script=Mongolian}\\p{Script=Devanagari}\\p{Script=Bengali}\\p{Script=Gurmukhi}' +
  '\\p{Script=Gujarati}\\p{Script=Oriya}\\p{Script=Tamil}\\p{Script=Telugu}\\p{Script=Kannada}\\p{Script=Malayalam}' +
  '\\p{Script=Sinhala}\\p{Script=Khmer}\\p{Script=Myanmar}\\p{Script=Tibetan}';

/**
 * Hidden characters stay when they follow one of these: then they belong to the text, for example in names
 * and emoji.
 */
const PARTS_OF_WRITING: readonly { readonly hidden: RegExp; readonly after: RegExp }[] = [
  { hidden: /^[\u200C\u200D]$/u, after: new RegExp(`[${JOINING}]$`, 'u') },
  { hidden: /^[\u180B-\u180D\u180F]$/u, after: /\p{Script=Mongolian}$/u },
  { hidden: /^\u200D$/u, after: /[\p{Extended_Pictographic}\p{Emoji_Modifier}]\uFE0F?$/u },
  { hidden: /^[\uFE0E\uFE0F]$/u, after: /[\p{Emoji}]$/u },
  { hidden: /^[\uFE00-\uFE0D\u{E0100}-\u{E01EF}]$/u, after: /\p{Script=Han}$/u },
];

/** Code units to look at before a hidden character: a character of two units, and a selector. */
const LOOK_BACK = 3;

/**
 * Makes a text safe for a terminal, on one line: hidden characters become escapes, as in JSON. Names and
 * paths in an event are as untrusted as its values. Joiners and variation selectors stay where the script
 * needs them: in emoji, and in words of joining scripts.
 *
 * @example
 * printable('a\nb\u001b[2J'); // 'a\\u000ab\\u001b[2J'
 */
export function printable(text: string): string {
  return text.replace(HIDDEN_CHARACTERS, (hidden, at: number) =>
    isPartOfWriting(hidden, text.slice(Math.max(0, at - LOOK_BACK), at)) ? hidden : escapeUnits(hidden),
  );
}

/** Writes a value as one line of equivalent JSON. Strings are quoted, so that `"1"` and `1` differ. */
export function printableJson(value: unknown): string {
  return printable(JSON.stringify(value) ?? 'nothing');
}

function isPartOfWriting(hidden: string, before: string): boolean {
  return PARTS_OF_WRITING.some((part) => part.hidden.test(hidden) && part.after.test(before));
}

function escapeUnits(hidden: string): string {
  return Array.from(
    { length: hidden.length },
    (_, at) => `\\u${hidden.charCodeAt(at).toString(16).padStart(4, '0')}`,
  ).join('');
}

/** Shown in place of a secret, with the same length for every secret. */
export const MASK = '********';

const SHOWN_HEADERS: ReadonlySet<string> = new Set(['content-type']);

/** A copy of a plan that can be shown: only harmless headers keep their value. */
export function maskKey(plan: RequestPlan): RequestPlan {
  const [first, ...others] = plan.steps.map((step) => ({
    ...step,
    request: { ...step.request, headers: maskHeaders(step.request.headers) },
  }));
  return { ...plan, steps: [first!, ...others] };
}

function maskHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      SHOWN_HEADERS.has(name.toLowerCase()) ? value : MASK,
    ]),
  );
}
