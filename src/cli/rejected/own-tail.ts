import { isObject } from '../../core/index.js';
import type { InputItem, Position } from '../input/input-item.js';
import { contentEnd, noteStart, type RejectedNote } from './rejection.js';

const LINE_START = '{"rejected":';

/**
 * Whether the end of a rejected file was written by a run over this input: each line of it is a message of the input. The
 * last line may be cut off.
 */
export async function isOwnTail(tail: Buffer, items: AsyncIterable<InputItem>): Promise<boolean> {
  const lines = tail.toString().split('\n');
  const cutOff = lines.pop()!;
  const expected = new Set(lines.map(placeAndContent));
  if (expected.has(undefined) || !cutOff.startsWith(LINE_START.slice(0, cutOff.length))) return false;
  if (expected.size === 0) return true;
  for await (const item of items) {
    expected.delete(placeOf(item.position) + contentEnd(item));
    if (expected.size === 0) return true;
  }
  return false;
}

function placeAndContent(line: string): string | undefined {
  const note = noteIn(line);
  return note === undefined ? undefined : placeOf(note) + line.slice(noteStart(note).length);
}

function noteIn(line: string): RejectedNote | undefined {
  try {
    const { rejected } = JSON.parse(line) as { rejected?: unknown };
    return isObject(rejected) ? (rejected as unknown as RejectedNote) : undefined;
  } catch {
    return undefined;
  }
}

const placeOf = ({ file, line, at }: Position): string => `${JSON.stringify([file, line, at])} `;
