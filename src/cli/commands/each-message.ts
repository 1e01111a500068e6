import { InternalError, type DestinationError } from '../../core/index.js';
import {
  skipReason,
  skipReasonText,
  type DestinationConfig,
  type SkipReason,
} from '../../destinations/gainsight_px/index.js';
import { MessageInput } from '../input/message-input.js';
import type { InputItem, Position, UnreadableCode } from '../input/read-messages.js';
import type { CommandIo } from '../io.js';
import { LineWriter } from '../output/line-writer.js';
import { hasReaderGone } from '../output/print.js';

/** Why `deliver` would not send a message: it skips it, or refuses it. */
export interface NotSent {
  readonly position: Position;
  readonly skipped?: { readonly code: SkipReason; readonly message: string };
  readonly error?: Pick<DestinationError, 'message' | 'issues'> & {
    readonly code: DestinationError['code'] | UnreadableCode;
  };
}

/**
 * Reads an input, and writes what `render` makes of each item as soon as it is read. It never holds the whole
 * input or the whole output. It ends early when nobody reads the output any more, or when a write fails; only
 * the second is an error.
 *
 * @throws UsageError when a file of the input cannot be opened
 */
export async function writeEachItem(
  files: readonly string[],
  io: CommandIo,
  render: (item: InputItem) => string,
): Promise<void> {
  const input = MessageInput.open(files, io);
  const output = new LineWriter(io.stdout);
  try {
    for await (const item of input.messages()) {
      if (!(await output.write(render(item)))) break;
    }
    const failure = await output.end();
    if (failure === undefined || hasReaderGone(failure)) return;
    io.stderr.write(
      `error: cannot write the output (${failure.code ?? 'unknown error'}): make room, or write it to another place\n`,
    );
    io.exitCode = 1;
  } finally {
    input.destroy();
  }
}

/** Applies `map` to the message of an item, or says why `deliver` would not send it. */
export function mapItem<Mapped extends object>(
  item: InputItem,
  config: DestinationConfig,
  map: (message: unknown) => Mapped,
): NotSent | (Mapped & { readonly position: Position; readonly error?: NotSent['error'] }) {
  const { position } = item;
  if (item.kind === 'unreadable') {
    return { position, error: { code: item.code, message: item.message, issues: [] } };
  }
  const reason = skipReason(item.message, config);
  if (reason !== undefined) {
    return { position, skipped: { code: reason, message: skipReasonText(reason, config) } };
  }
  try {
    return { position, ...map(item.message) };
  } catch (thrown) {
    const { code, message, issues } = InternalError.from(thrown);
    return { position, error: { code, message, issues } };
  }
}
