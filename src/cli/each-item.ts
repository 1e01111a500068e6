import { readMessages, type InputItem } from './input/read-messages.js';
import type { CommandIo } from './io.js';
import { LineWriter } from './output/line-writer.js';
import { openInput } from './open-input.js';

/**
 * Reads an input, and writes what `render` makes of each thing in it, as fast as it is read: neither the input nor the output is ever
 * held as a whole. Ends early when nobody reads the output any more.
 *
 * @throws UsageError when the input cannot be opened
 */
export async function writeEachItem(
  file: string | undefined,
  io: CommandIo,
  render: (item: InputItem) => string,
): Promise<void> {
  const input = await openInput(file, io);
  const output = new LineWriter(io.stdout);
  try {
    for await (const item of readMessages(input)) {
      if (!(await output.write(render(item)))) return;
    }
  } finally {
    input.destroy();
  }
}
