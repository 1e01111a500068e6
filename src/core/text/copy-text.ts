/**
 * The same text in memory of its own. A part of a text that an engine cuts out points into the whole: kept, it keeps all of it, and so does
 * what is put together of such parts.
 */
export function copyText(text: string): string {
  return Array.from(text).join('');
}
