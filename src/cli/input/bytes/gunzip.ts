import { crc32 } from 'node:zlib';
import { BrokenInput, type ByteReader } from './byte-reader.js';
import { inflateMember } from './inflate-member.js';

const MAGIC = Buffer.from([0x1f, 0x8b, 8]);
const HEADER_BYTES = 10;
const TRAILER_BYTES = 8;
/** Flags of the header (RFC 1952, section 2.3.1). */
const [HEADER_CRC, EXTRA, NAME, COMMENT] = [2, 4, 8, 16];

/** Whether bytes begin as gzip does. */
export function isGzip(bytes: Buffer): boolean {
  return bytes.subarray(0, 2).equals(MAGIC.subarray(0, 2));
}

/**
 * Unpacks gzip (RFC 1952) of one member or several. It yields everything that it can decode before it throws.
 * Node's own gunzip drops decoded data when invalid bytes follow.
 *
 * @throws BrokenInput when the data are cut off or damaged, or followed by anything but zeros
 */
export async function* gunzip(reader: ByteReader): AsyncGenerator<Buffer> {
  do {
    await passHeader(reader);
    let [sum, length] = [0, 0];
    for await (const chunk of inflateMember(reader)) {
      sum = crc32(chunk, sum);
      length += chunk.length;
      yield chunk;
    }
    const trailer = await take(reader, TRAILER_BYTES);
    if (trailer.readUInt32LE(0) !== sum || trailer.readUInt32LE(4) !== length % 2 ** 32) {
      throw new BrokenInput('the gzip data are damaged: the checksum does not match');
    }
  } while (isGzip(await reader.peek(2)));
  await passPadding(reader);
}

async function passHeader(reader: ByteReader): Promise<void> {
  const header = await take(reader, HEADER_BYTES);
  if (!header.subarray(0, MAGIC.length).equals(MAGIC)) throw new BrokenInput('the gzip data are damaged');
  const flags = header[3]!;
  if ((flags & EXTRA) !== 0) await take(reader, (await take(reader, 2)).readUInt16LE(0));
  if ((flags & NAME) !== 0) await passText(reader);
  if ((flags & COMMENT) !== 0) await passText(reader);
  if ((flags & HEADER_CRC) !== 0) await take(reader, 2);
}

/** A text ends with a zero. */
async function passText(reader: ByteReader): Promise<void> {
  while ((await take(reader, 1))[0] !== 0);
}

async function take(reader: ByteReader, length: number): Promise<Buffer> {
  const bytes = await reader.take(length);
  if (bytes === undefined) throw new BrokenInput('the gzip data are cut off');
  return bytes;
}

async function passPadding(reader: ByteReader): Promise<void> {
  for (let chunk = await reader.next(); chunk !== undefined; chunk = await reader.next()) {
    if (chunk.some((byte) => byte !== 0)) {
      throw new BrokenInput('something that is not gzip follows the gzip data');
    }
  }
}
