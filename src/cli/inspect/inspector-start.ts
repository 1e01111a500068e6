import { withoutSecrets, type InspectorStart } from '../../web/index.js';
import { MessageInput } from '../input/message-input.js';
import { describePosition } from '../input/read-messages.js';
import type { CommandIo } from '../io.js';
import { readSettings } from '../settings/load-settings.js';

/** The page keeps all of them in memory. */
const MOST_MESSAGES = 1_000;
const MOST_BYTES = 10 * 1024 * 1024;

/**
 * Reads what the page shows at first: the messages of files, and a configuration as it is, because the page shows its faults. The API key, and
 * whatever equals it, is left out.
 *
 * @throws UsageError when a file cannot be read
 */
export async function inspectorStart(
  files: readonly string[],
  { config: path }: { readonly config?: string },
  io: CommandIo,
): Promise<{ readonly start: InspectorStart; readonly notices: readonly string[] }> {
  const settings = path === undefined ? undefined : readSettings({ config: path }, io.env);
  const { messages, notices } = await readMessages(files, io);
  // Together, so that the key of the configuration is found in the messages.
  const { value } = withoutSecrets({ settings, messages });
  const clean = value as { readonly settings?: unknown; readonly messages: readonly unknown[] };
  const text = clean.messages.map((message) => `${JSON.stringify(message)}\n`).join('');
  return {
    start: {
      ...(messages.length === 0 ? {} : { file: { name: files.join(', '), text } }),
      ...(settings === undefined ? {} : { config: clean.settings }),
    },
    notices,
  };
}

async function readMessages(
  files: readonly string[],
  io: CommandIo,
): Promise<{ readonly messages: readonly unknown[]; readonly notices: readonly string[] }> {
  const messages: unknown[] = [];
  const notices: string[] = [];
  if (files.length === 0) return { messages, notices };
  const input = MessageInput.open(files, io);
  let bytes = 0;
  try {
    for await (const item of input.messages()) {
      bytes += item.bytes;
      if (messages.length >= MOST_MESSAGES || (bytes > MOST_BYTES && messages.length > 0)) {
        notices.push(`the page has the first ${messages.length} messages, and there are more`);
        break;
      }
      if (item.kind === 'message') messages.push(item.message);
      else if (notices.length < 10) notices.push(`${describePosition(item.position)}: ${item.message}`);
    }
  } finally {
    input.destroy();
  }
  return { messages, notices };
}
