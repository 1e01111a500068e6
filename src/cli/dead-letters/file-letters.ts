import { CONVERTERS, isObject } from '../../core/index.js';
import type { MessageInput } from '../input/message-input.js';
import { describePosition } from '../input/read-messages.js';
import type { Letter } from './letter.js';

/** What was read of files. */
export interface FileReading {
  letters: number;
  /** Messages that are no lines of a rejected file. */
  others: number;
}

/**
 * Yields the lines of rejected files. A file does not say when a message was rejected: all its lines are of one run. So the time is that of the
 * message.
 *
 * @param reading counts what was read
 */
export async function* fileLetters(
  input: Pick<MessageInput, 'messages'>,
  reading: FileReading,
): AsyncGenerator<Letter, void, undefined> {
  for await (const item of input.messages()) {
    const { refusal, position } = item;
    if (refusal === undefined) {
      reading.others += 1;
      continue;
    }
    reading.letters += 1;
    const { code, reason, retryable } = refusal;
    const message = item.kind === 'message' ? item.message : undefined;
    yield {
      code,
      reason,
      retryable,
      timeMs: timeOf(message),
      place: describePosition(position),
      where: { ...position },
      message,
      text: item.kind === 'message' ? undefined : item.text,
    };
  }
}

function timeOf(message: unknown): number | undefined {
  if (!isObject(message)) return undefined;
  return CONVERTERS.date(message.timestamp) ?? CONVERTERS.date(message.originalTimestamp);
}
