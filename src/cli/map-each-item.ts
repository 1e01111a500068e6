import { MessageInput } from './input/message-input.js';
import type { InputItem } from './input/read-messages.js';
import type { CommandIo } from './io.js';
import { LineWriter } from './output/line-writer.js';
import { hasReaderGone } from './output/print.js';

/**
 * Reads an input, and writes what `render` makes of each thing in it, as fast as it is read: neither the input nor the output is ever
 * held as a whole. Ends early when nobody reads the output any more, or it cannot be written; the latter is an error.
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
