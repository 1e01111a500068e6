import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

const GZIP_MAGIC = [0x1f, 0x8b];
const UTF8_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** The bytes of a source as they were before packing, without a byte order mark: gzip is told by its first bytes. */
export async function* plainBytes(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  const { head, rest } = await readHead(source, 2);
  if (!GZIP_MAGIC.every((byte, at) => head[at] === byte)) {
    yield* withoutMark(chain(head, rest));
    return;
  }
  // `pipeline` hands a fault of the source on, and ends the source when the reader stops early.
  const unpacked = pipeline(Readable.from(chain(head, rest), { objectMode: false }), createGunzip(), () => {
    // The fault reaches whoever reads the unpacked bytes.
  });
  yield* withoutMark(unpacked as AsyncIterable<Uint8Array>);
}

async function* withoutMark(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  const { head, rest } = await readHead(source, UTF8_MARK.length);
  yield head.subarray(0, UTF8_MARK.length).equals(UTF8_MARK) ? head.subarray(UTF8_MARK.length) : head;
  yield* rest;
}

interface Headed {
  /** At least so many bytes as were asked for, if there are. */
  readonly head: Buffer;
  readonly rest: AsyncIterable<Buffer>;
}

async function readHead(source: AsyncIterable<Uint8Array>, length: number): Promise<Headed> {
  const iterator = source[Symbol.asyncIterator]();
  let head: Buffer = Buffer.alloc(0);
  while (head.length < length) {
    const next = await iterator.next();
    if (next.done === true) break;
    head = head.length === 0 ? asBuffer(next.value) : Buffer.concat([head, next.value]);
  }
  return { head, rest: remaining(iterator) };
}

async function* remaining(iterator: AsyncIterator<Uint8Array>): AsyncGenerator<Buffer> {
  try {
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
      yield asBuffer(next.value);
    }
  } finally {
    await iterator.return?.();
  }
}

async function* chain(head: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  if (head.length > 0) yield head;
  yield* rest;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
