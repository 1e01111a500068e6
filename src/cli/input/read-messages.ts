import { ChoosingSplitter } from './choose-splitter.js';
import type { InputItem, Position } from './input-item.js';
import { brokenPiece, type Piece } from './piece.js';
import { plainBytes } from './plain-bytes.js';
import { unpack } from './unpack.js';

export type { InputFault, InputFaultCode, InputItem, InputMessage, Position } from './input-item.js';

/** A longer line, or element of an array, is passed over. */
export const MAX_LINE_BYTES = 32 * 1024 * 1024;

interface ReadOptions {
  /** Default {@link MAX_LINE_BYTES}. */
  readonly maxLineBytes?: number;
  /** When aborted, the reading ends: what was not yielded yet counts as not read. It does not wake a source that waits. */
  readonly signal?: AbortSignal;
}

/**
 * Reads messages in any of the forms that the command takes, in constant memory: JSONL or one JSON array, plain or gzipped, with or without
 * a byte order mark; in each line or element a message, a batch, or what a rejected file holds.
 *
 * What cannot be read is yielded as a fault in its place, and the reading goes on. Never throws for what the input holds; a source
 * that breaks off, and a gzip that does, is a last fault `input_broken`.
 *
 * @example
 * for await (const item of readMessages(process.stdin)) {
 *   if (item.kind === 'message') use(item.message);
 *   else console.error(`line ${item.position.line}: ${item.message}`);
 * }
 */
export async function* readMessages(
  source: AsyncIterable<Uint8Array>,
  { maxLineBytes = MAX_LINE_BYTES, signal }: ReadOptions = {},
): AsyncGenerator<InputItem, void, undefined> {
  const splitter = new ChoosingSplitter(maxLineBytes);
  let last: Position = { line: 1 };
  const itemsOf = function* (pieces: readonly Piece[]): Generator<InputItem> {
    for (const piece of pieces) {
      last = piece.position;
      for (const item of unpack(piece)) {
        if (signal?.aborted === true) return;
        yield item;
      }
    }
  };

  let broken: string | undefined;
  try {
    for await (const chunk of plainBytes(source)) yield* itemsOf(splitter.push(chunk));
  } catch (error) {
    broken = reasonOf(error);
  }
  yield* itemsOf(splitter.end());
  if (broken !== undefined) yield* itemsOf([brokenPiece(last, `the input breaks off here: ${broken}`)]);
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === 'Z_BUF_ERROR' ? 'the gzip file is cut off' : (code ?? message);
}

/** A position in words: `line 3, batch[1]`. */
export function describePosition({ line, at }: Position): string {
  return at === undefined ? `line ${line}` : `line ${line}, ${at}`;
}
