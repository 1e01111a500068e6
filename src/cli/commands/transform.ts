import type { Command } from 'commander';
import { InternalError, type ErrorCode, type Fault } from '../../core/errors.js';
import type { RudderMessage } from '../../core/message.js';
import type { RequestPlan } from '../../core/plan.js';
import { compile, type CompiledDestination } from '../../destinations/gainsight_px/index.js';
import { writeEachItem } from '../each-item.js';
import type { InputFaultCode, InputItem, Position } from '../input/read-messages.js';
import type { CommandIo } from '../io.js';
import { configOption } from '../options.js';
import { maskKey } from '../output/mask-key.js';
import { loadSettings } from '../settings.js';

interface Options {
  readonly config?: string;
  readonly showKey?: boolean;
}

/** One line of the output. */
interface TransformedLine {
  readonly position: Position;
  readonly plan?: RequestPlan;
  readonly error?: {
    readonly code: ErrorCode | InputFaultCode;
    readonly message: string;
    readonly faults: readonly Fault[];
  };
}

const HELP = `
Each line of the output is {"position", "plan"}, or {"position", "error"} for a
message that cannot be mapped; then the exit code is 1. Nothing is sent.

Example:
  $ gainsight-px transform events.jsonl --config destination.json > plans.jsonl
  $ tail -n 1 events.jsonl | gainsight-px transform --config destination.json
`;

/** Adds the command `transform [file]`. */
export function registerTransform(program: Command, io: CommandIo): void {
  program
    .command('transform')
    .description('turn messages into plans of PX requests, as JSON lines')
    .argument('[file]', 'JSON lines, a JSON array, or either gzipped; - is the standard input')
    .addOption(configOption())
    .option('--show-key', 'write the API key into the headers, in place of a mask')
    .addHelpText('after', HELP)
    .action(async (file: string | undefined, options: Options) => {
      const destination = compile(loadSettings(options, io.env));
      await writeEachItem(file, io, (item) => {
        const line = transform(item, destination);
        if (line.error !== undefined) io.exitCode = 1;
        const isShown = line.plan === undefined || options.showKey === true;
        return JSON.stringify(isShown ? line : { ...line, plan: maskKey(line.plan) });
      });
    });
}

function transform(item: InputItem, destination: CompiledDestination): TransformedLine {
  const { position } = item;
  if (item.kind === 'fault') {
    return { position, error: { code: item.code, message: item.message, faults: [] } };
  }
  try {
    return { position, plan: destination.process(item.message as RudderMessage) };
  } catch (thrown) {
    const { code, message, faults } = InternalError.from(thrown);
    return { position, error: { code, message, faults } };
  }
}
