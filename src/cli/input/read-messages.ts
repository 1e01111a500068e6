import { AutoSplitter } from './split/choose-splitter.js';
import { breakReason } from './bytes/byte-reader.js';
import { ForeignFormat } from './bytes/foreign-format.js';
import type { InputItem, Position } from './input-item.js';
import { JsonValues, type InputRecord } from './split/json-values.js';
import type { Unreadable } from './split/raw-record.js';
import { decodeInput } from './bytes/decode-input.js';
import { parseRecord } from './parse-record.js';

export type { UnreadableItem, UnreadableCode, InputItem, InputMessage, Position } from './input-item.js';

/** A longer line, or element of an array, is not read. */
export const MAX_LINE_BYTES = 32 * 1024 * 1024;

interface ReadOptions {
  /** Default {@link MAX_LINE_BYTES}. */
  readonly maxLineBytes?: number;
  /**
   * Ends the reading when it aborts: items that are not yielded yet count as not read. It does not end a
   * source that waits for data.
   */
  readonly signal?: AbortSignal;
  /** Gets all text, unpacked and as UTF-8, before it is split into messages. */
  readonly onText?: (text: Uint8Array) => void;
}

/**
 * Reads messages in bounded memory: JSON lines, JSON arrays and pretty-printed JSON, in UTF-8 or UTF-16,
 * plain or gzipped. Each value is a message, a batch, an array, or a line of a rejected file.
 *
 * What cannot be read is yielded as a unreadable in its place, and the reading goes on. Never throws for what
 * the input holds: input of another form is one unreadable `format_unsupported`; a source that breaks off,
 * and a gzip that does, is a last unreadable `input_broken`, which says how many messages and faults came
 * before it.
 *
 * @example
 * for await (const item of readMessages(process.stdin)) {
 *   if (item.kind === 'message') use(item.message);
 *   else console.error(`line ${item.position.line}: ${item.message}`);
 * }
 */
export async function* readMessages(
  source: AsyncIterable<Uint8Array>,
  { maxLineBytes = MAX_LINE_BYTES, signal, onText }: ReadOptions = {},
): AsyncGenerator<InputItem, void, undefined> {
  const splitter = new AutoSplitter(maxLineBytes);
  const values = new JsonValues(maxLineBytes);
  let last: Position = { line: 1 };
  let count = 0;
  const itemsOf = function* (records: readonly InputRecord[]): Generator<InputItem> {
    for (const record of records) {
      last = record.position;
      for (const item of parseRecord(record)) {
        if (signal?.aborted === true) return;
        count += 1;
        yield item;
      }
    }
  };

  let end: InputEnd = {};
  try {
    for await (const chunk of decodeInput(source)) {
      onText?.(chunk);
      for (const record of splitter.push(chunk)) yield* itemsOf(values.push(record));
    }
  } catch (error) {
    if (error instanceof ForeignFormat) end = { foreign: error.message };
    else end = { broken: `the input breaks off here: ${breakReason(error)}` };
  }
  const { records, cutOff } = splitter.end();
  const rest = [...records.flatMap((record) => values.push(record)), ...values.end()];
  const broken = end.broken ?? cutOff;
  if (broken === undefined) {
    yield* itemsOf(rest);
    if (end.foreign !== undefined) {
      yield* itemsOf([unreadableAt(last, { code: 'format_unsupported', message: end.foreign })]);
    }
    return;
  }
  // The incomplete record is reported together with the break.
  const whole = rest.findLastIndex(({ unreadable }) => unreadable === undefined) + 1;
  yield* itemsOf(rest.slice(0, whole));
  const [torn] = rest.slice(whole);
  const message = `${broken}, ${goOn(count)}`;
  yield* itemsOf([unreadableAt(torn?.position ?? last, { code: 'input_broken', message }, torn)]);
}

/** Why the reading ended before the input, if it did. */
interface InputEnd {
  readonly foreign?: string;
  readonly broken?: string;
}

function unreadableAt(position: Position, unreadable: Unreadable, torn?: InputRecord): InputRecord {
  const text = torn?.unreadable === undefined ? '' : torn.text;
  return { position, text, bytes: text.length, unreadable };
}

function goOn(count: number): string {
  if (count === 0) return 'before the first message: get the whole file';
  return `after ${count} message${count === 1 ? '' : 's'}: get the whole file, then deliver it with --skip ${count}`;
}

/** A position in words: `events.jsonl, line 3, batch[1]`. */
export function describePosition({ file, line, at }: Position): string {
  return [...(file === undefined ? [] : [file]), `line ${line}`, ...(at === undefined ? [] : [at])].join(
    ', ',
  );
}
