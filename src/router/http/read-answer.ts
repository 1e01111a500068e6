import type { FetchAnswer } from './fetch.js';
import type { BodyText } from './answer-summary.js';

/**
 * Reads the first `maxBytes` of an answer's body; the rest of a long one is not fetched. Rejects when the connection breaks.
 */
export async function readBody(response: FetchAnswer, maxBytes: number): Promise<BodyText> {
  const { chunks, cut } = await readBytes(response, maxBytes);
  const decoder = new TextDecoder();
  const text = chunks.map((chunk) => decoder.decode(chunk, { stream: true })).join('') + decoder.decode();
  return { text, html: isHtml(response.headers.get('content-type'), text), cut };
}

/** Whether a body is an HTML page, by its declared type or, as gateways forget that, by its first character. */
function isHtml(contentType: string | null, text: string): boolean {
  return /\bx?html\b/i.test(contentType ?? '') || text.trimStart().startsWith('<');
}

async function readBytes(
  response: FetchAnswer,
  maxBytes: number,
): Promise<{ chunks: Uint8Array[]; cut: boolean }> {
  const chunks: Uint8Array[] = [];
  if (response.body === null) return { chunks, cut: false };
  const reader = response.body.getReader();
  let room = maxBytes;
  for (;;) {
    const { done, value } = await reader.read();
    if (done === true || value === undefined) return { chunks, cut: false };
    chunks.push(value.subarray(0, room));
    room -= value.byteLength;
    if (room < 0) {
      // Not awaited: nobody cares when the rest is gone, or whether that fails.
      reader.cancel().catch(() => undefined);
      return { chunks, cut: true };
    }
  }
}
