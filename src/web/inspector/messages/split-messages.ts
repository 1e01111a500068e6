import { isObject, type JsonObject } from '../../../core/index.js';
import { messagesOf, rejectionIn, rejectionText } from '../../../protocol/index.js';
import type { FileMessage } from '../../data/file-message.js';
import { valuesIn } from './values-in.js';

export interface SplitFile {
  readonly messages: readonly FileMessage[];
  /** Whether the file holds more messages than these. */
  readonly more: boolean;
}

/** Nobody steps further than this, and ten megabytes may hold five million numbers. */
export const MAX_MESSAGES = 10_000;

/**
 * Splits the text of a file into its messages: JSON lines, one array, pretty-printed values one after another, batches
 * (`{"batch": […]}`), rejected files of `deliver`, and what a host posts to a transformer (`{"input": [{"message": …}]}`).
 *
 * A line that is not JSON is a message too, so that nothing of the file is hidden.
 */
export function splitMessages(text: string, limit = MAX_MESSAGES): SplitFile {
  const messages: FileMessage[] = [];
  for (const message of messagesInText(text)) {
    if (messages.length === limit) return { messages, more: true };
    messages.push(message);
  }
  return { messages, more: false };
}

function* messagesInText(text: string): Generator<FileMessage, void, undefined> {
  for (const part of valuesIn(text)) {
    const asItIs = { text: part.text, at: `line ${part.line}` };
    if (!('value' in part)) {
      yield asItIs;
      continue;
    }
    try {
      yield* messagesInValue(part.value, part.line);
    } catch (thrown) {
      // No browser can write JSON that is nested some thousand levels deep.
      if (!(thrown instanceof RangeError)) throw thrown;
      yield asItIs;
    }
  }
}

function* messagesInValue(value: unknown, line: number): Generator<FileMessage, void, undefined> {
  if (isObject(value)) {
    const rejection = rejectionIn(value);
    if (rejection !== undefined) {
      yield { ...refusedMessage(value), at: `line ${line}`, rejected: rejectionText(rejection) };
      return;
    }
    if (value.type === undefined && Array.isArray(value.input)) {
      for (const [index, item] of (value.input as unknown[]).entries()) {
        const message = isObject(item) && Object.hasOwn(item, 'message') ? item.message : item;
        yield { text: pretty(message), at: `line ${line}, input[${index}]` };
      }
      return;
    }
  }
  for (const { message, at } of messagesOf(value))
    yield { text: pretty(message), at: at === '' ? `line ${line}` : `line ${line}, ${at}` };
}

/** A rejected line has the message, or the text that was not a message. */
function refusedMessage({ message, text }: JsonObject): { text: string } {
  return { text: message === undefined && typeof text === 'string' ? text : pretty(message ?? null) };
}

function pretty(value: unknown): string {
  return JSON.stringify(value, null, 2);
}
