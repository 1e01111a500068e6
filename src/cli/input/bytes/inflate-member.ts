import { constants, createInflateRaw } from 'node:zlib';
import { BrokenInput, type ByteReader } from './byte-reader.js';

/**
 * Size of the chunks for the decoder. It loses the decoded data of a damaged chunk, so at most the messages
 * in this many compressed bytes before the damage are lost.
 */
const PIECE_BYTES = 1024;

/**
 * Decodes one deflate stream, and leaves the reader directly after it. It yields everything that it can
 * decode before it throws.
 *
 * @throws BrokenInput
 */
export async function* inflateMember(reader: ByteReader): AsyncGenerator<Buffer> {
  const inflate = createInflateRaw({ finishFlush: constants.Z_SYNC_FLUSH });
  let decoded: Buffer[] = [];
  const take = (): Buffer[] => {
    const taken = decoded;
    decoded = [];
    return taken;
  };
  const state: { ended: boolean; failure: Error | undefined; wake: () => void } = {
    ended: false,
    failure: undefined,
    wake: () => undefined,
  };
  inflate.on('data', (chunk: Buffer) => decoded.push(chunk));
  inflate.on('end', () => {
    state.ended = true;
    state.wake();
  });
  inflate.on('error', (error) => {
    state.failure = error;
    state.wake();
  });
  try {
    for (;;) {
      const piece = await reader.next(PIECE_BYTES);
      if (piece === undefined) throw new BrokenInput('the gzip data are cut off');
      const before = inflate.bytesWritten;
      await new Promise<void>((resolve) => {
        state.wake = resolve;
        inflate.write(piece, () => {
          resolve();
        });
      });
      yield* take();
      if (state.failure !== undefined) throw new BrokenInput('the gzip data are damaged');
      if (state.ended) {
        reader.unread(piece.subarray(inflate.bytesWritten - before));
        return;
      }
    }
  } finally {
    inflate.destroy();
  }
}
