/**
 * Characters that nobody sees, or that do something to what shows them: controls (C0, C1), format characters (bidirectional marks, soft hyphens,
 * tags), line and paragraph separators, lone surrogates, those for private use, noncharacters, and whatever else Unicode lets a renderer pass
 * over (fillers, variation selectors). Not the signs of numbers and verses in Arabic and Kaithi, which are format characters that are seen.
 */
export const HIDDEN_CHARACTERS =
  /(?![\u0600-\u0605\u06DD\u0890\u0891\u08E2\u{110BD}\u{110CD}])[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]/gu;

/** Whether a text holds nothing but white space. */
export function isBlank(text: string): boolean {
  // A character above the space decides most texts without trimming.
  return !(text.charCodeAt(0) > 32 && text.charCodeAt(0) < 127) && text.trim() === '';
}
