import { ByteReader } from './byte-reader.js';
import { refuseGzipAgain, refuseKnownFormat, refuseOtherText, startsAsJson } from './foreign-format.js';
import { gunzip, isGzip } from './gunzip.js';
import { utf16Order, utf8FromUtf16 } from './utf16.js';

const UTF8_MARK = Buffer.from([0xef, 0xbb, 0xbf]);
const NEWLINE = 10;

/** Enough bytes to recognise the format; the longest signature is shorter. */
const HEAD_BYTES = 512;

/**
 * Decodes a source to UTF-8 text without a byte order mark: decompresses gzip, and converts UTF-16.
 *
 * @throws ForeignFormat when the source is not such text
 * @throws BrokenInput, and errors of the source, after all text that could be read
 */
export async function* decodeInput(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  const reader = new ByteReader(source);
  try {
    const isPacked = isGzip(await reader.peek(2));
    const unpacked = isPacked ? new ByteReader(gunzip(reader)) : reader;
    const head = await headOf(unpacked);
    if (isPacked) refuseGzipAgain(head);
    refuseKnownFormat(head);
    yield* utf8Text(unpacked);
  } finally {
    await reader.close();
  }
}

async function* utf8Text(reader: ByteReader): AsyncGenerator<Buffer> {
  const order = utf16Order(await reader.peek(2));
  const text = order === undefined ? reader : new ByteReader(utf8FromUtf16(reader, order));
  const mark = await text.peek(UTF8_MARK.length);
  if (mark.subarray(0, UTF8_MARK.length).equals(UTF8_MARK)) await text.take(UTF8_MARK.length);
  refuseOtherText(await headOf(text));
  yield* text.rest();
}

/**
 * Reads only as much as is needed to recognise the format: a typed message must not wait for the next one.
 */
async function headOf(reader: ByteReader): Promise<Buffer> {
  for (let length = 4; ;) {
    const head = await reader.peek(length);
    const isEnough = head.length >= HEAD_BYTES || startsAsJson(head) || hasTwoLines(head);
    if (isEnough || head.length < length) return head.subarray(0, HEAD_BYTES);
    length = head.length + 1;
  }
}

function hasTwoLines(head: Buffer): boolean {
  return head.indexOf(NEWLINE, head.indexOf(NEWLINE) + 1) > head.indexOf(NEWLINE);
}
