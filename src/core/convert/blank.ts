/** Whether a text holds nothing but white space. */
export function isBlank(text: string): boolean {
  // A character above the space decides most texts without trimming.
  return !(text.charCodeAt(0) > 32 && text.charCodeAt(0) < 127) && text.trim() === '';
}
