import type { Command } from 'commander';
import {
  InternalError,
  type ErrorCode,
  type Issue,
  type RudderMessage,
  type RequestPlan,
} from '../../core/index.js';
import {
  compile,
  skipReason,
  type CompiledDestination,
  type DestinationConfig,
} from '../../destinations/gainsight_px/index.js';
import { writeEachItem } from '../map-each-item.js';
import type { InputFaultCode, InputItem, Position } from '../input/read-messages.js';
import type { CommandIo } from '../io.js';
import { skippedAs, type Skipped } from '../output/skipped.js';
import { configOption } from '../options.js';
import { maskKey } from '../output/mask-key.js';
import { printableJson } from '../output/printable.js';
import { loadSettings } from '../settings.js';

interface Options {
  readonly config?: string;
  readonly showKey?: boolean;
}

/** One line of the output. */
interface TransformedLine {
  readonly position: Position;
  readonly plan?: RequestPlan;
  readonly skipped?: Skipped;
  readonly error?: {
    readonly code: ErrorCode | InputFaultCode;
    readonly message: string;
    readonly issues: readonly Issue[];
  };
}

const HELP = `
Each line of the output is {"position", "plan"}; {"position", "skipped"} for a
message that deliver skips; or {"position", "error"} for one that cannot be
mapped, and then the exit code is 1. Nothing is sent.

Example:
  $ gainsight-px transform events.jsonl --config destination.json > plans.jsonl
  $ tail -n 1 events.jsonl | gainsight-px transform --config destination.json
`;

/** Adds the command `transform [file]`. */
export function registerTransform(program: Command, io: CommandIo): void {
  program
    .command('transform')
    .description('turn messages into plans of PX requests, as JSON lines')
    .argument('[files...]', 'files of messages, as deliver reads them; - is the standard input')
    .addOption(configOption())
    .option('--show-key', 'write the API key into the headers, in place of a mask')
    .addHelpText('after', HELP)
    .action(async (files: string[], options: Options) => {
      const config = loadSettings(options, io.env);
      const destination = compile(config);
      await writeEachItem(files, io, (item) => {
        const line = transform(item, destination, config);
        if (line.error !== undefined) io.exitCode = 1;
        const isShown = line.plan === undefined || options.showKey === true;
        return printableJson(isShown ? line : { ...line, plan: maskKey(line.plan) });
      });
    });
}

function transform(
  item: InputItem,
  destination: CompiledDestination,
  config: DestinationConfig,
): TransformedLine {
  const { position } = item;
  if (item.kind === 'fault') {
    return { position, error: { code: item.code, message: item.message, issues: [] } };
  }
  const reason = skipReason(item.message, config);
  if (reason !== undefined) return { position, skipped: skippedAs(reason, config) };
  try {
    return { position, plan: destination.process(item.message as RudderMessage) };
  } catch (thrown) {
    const { code, message, issues } = InternalError.from(thrown);
    return { position, error: { code, message, issues } };
  }
}
