import { rejectionText } from '../../protocol/index.js';
import { withoutSecrets, type InspectorStart } from '../../web/index.js';
import type { InputItem } from '../input/input-item.js';
import { MessageInput } from '../input/message-input.js';
import { describePosition } from '../input/read-messages.js';
import type { CommandIo } from '../io.js';
import { readSettings } from '../settings/load-settings.js';

/** The page keeps all of them in memory. */
const MOST_MESSAGES = 1_000;
const MOST_BYTES = 10 * 1024 * 1024;

/** A message, or the text of a line that is not one. */
type Content = { readonly message: unknown } | { readonly text: string };
type Placed = Content & { readonly at: string; readonly rejected?: string };

interface Messages {
  readonly messages: readonly Placed[];
  readonly more: boolean;
  readonly notices: readonly string[];
}

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
  const { messages, more, notices } = await readMessages(files, io);
  // Together, so that the key of the configuration is found in the messages.
  const { value } = withoutSecrets({ settings, messages });
  const clean = value as { readonly settings?: unknown; readonly messages: readonly Placed[] };
  const shown = clean.messages.map(({ at, rejected, ...content }) => ({
    text: 'text' in content ? content.text : JSON.stringify(content.message, null, 2),
    at,
    ...(rejected === undefined ? {} : { rejected }),
  }));
  return {
    start: {
      ...(shown.length === 0 ? {} : { file: { name: files.join(', '), messages: shown, more } }),
      ...(settings === undefined ? {} : { config: clean.settings }),
    },
    notices,
  };
}

async function readMessages(files: readonly string[], io: CommandIo): Promise<Messages> {
  const messages: Placed[] = [];
  const notices: string[] = [];
  if (files.length === 0) return { messages, more: false, notices };
  const input = MessageInput.open(files, io);
  let bytes = 0;
  try {
    for await (const item of input.messages()) {
      bytes += item.bytes;
      if (messages.length >= MOST_MESSAGES || (bytes > MOST_BYTES && messages.length > 0)) {
        notices.push(`the page has the first ${messages.length} messages, and there are more`);
        return { messages, more: true, notices };
      }
      const at = describePosition(item.position);
      const content = contentOf(item);
      if (content !== undefined) messages.push({ ...content, at, ...rejectedBecause(item) });
      const fault = content === undefined ? 'nested too deeply to be shown' : faultOf(item);
      if (fault !== undefined && notices.length < 10) notices.push(`${at}: ${fault}`);
    }
  } finally {
    input.destroy();
  }
  return { messages, more: false, notices };
}

/** Undefined for a message that cannot be written. */
function contentOf(item: InputItem): Content | undefined {
  if (item.kind === 'unreadable') return { text: item.text ?? '' };
  try {
    withoutSecrets(item.message);
    JSON.stringify(item.message, null, 2);
    return { message: item.message };
  } catch (thrown) {
    if (thrown instanceof RangeError) return undefined;
    throw thrown;
  }
}

/** Why a line is not a message; undefined where the page says it as the reason of an earlier run. */
function faultOf(item: InputItem): string | undefined {
  return item.kind === 'unreadable' && item.refusal === undefined ? item.message : undefined;
}

function rejectedBecause({ refusal }: InputItem): { readonly rejected?: string } {
  return refusal === undefined ? {} : { rejected: rejectionText(refusal) };
}
