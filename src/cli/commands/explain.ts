import type { Command } from 'commander';
import { InternalError, type RudderMessage } from '../../core/index.js';
import {
  compile,
  skipReason,
  type CompiledDestination,
  type DestinationConfig,
} from '../../destinations/gainsight_px/index.js';
import { writeEachItem } from '../map-each-item.js';
import type { InputItem } from '../input/read-messages.js';
import type { CommandIo } from '../io.js';
import { configOption } from '../options.js';
import { explanationJson, explanationText, type ExplainedItem } from '../output/explanation.js';
import { skippedAs } from '../output/skipped.js';
import { lookOf } from '../output/table.js';
import { loadSettings } from '../settings.js';

interface Options {
  readonly config?: string;
  readonly json?: boolean;
  readonly wide?: boolean;
}

const HELP = `
Shows each field that PX would get with its value and where that came from, what
was dropped and why, and what PX might refuse; of a message that deliver skips,
why. Exits with 1 when a message cannot be mapped. Nothing is sent.

Example:
  $ gainsight-px explain events.jsonl --config destination.json
  $ head -n 1 events.jsonl | gainsight-px explain --config destination.json --json
`;

/** Adds the command `explain [file]`. */
export function registerExplain(program: Command, io: CommandIo): void {
  program
    .command('explain')
    .description('show what becomes of each message, field by field')
    .argument('[files...]', 'files of messages, as deliver reads them; - is the standard input')
    .addOption(configOption())
    .option('--json', 'one JSON line per message, for scripts')
    .option('--wide', 'cut nothing to the width of the terminal')
    .addHelpText('after', HELP)
    .action(async (files: string[], options: Options) => {
      const config = loadSettings(options, io.env);
      const destination = compile(config);
      const fitting = lookOf(io.stdout, io.env);
      const look = options.wide === true ? { ...fitting, width: Infinity } : fitting;
      await writeEachItem(files, io, (item) => {
        const explained = explain(item, destination, config);
        if (explained.error !== undefined) io.exitCode = 1;
        return options.json === true ? explanationJson(explained) : explanationText(explained, look);
      });
    });
}

function explain(
  item: InputItem,
  destination: CompiledDestination,
  config: DestinationConfig,
): ExplainedItem {
  const { position } = item;
  const nothing = { position, fields: [], dropped: [], warnings: [] };
  if (item.kind === 'fault') {
    return { ...nothing, error: { code: item.code, message: item.message, issues: [] } };
  }
  const reason = skipReason(item.message, config);
  if (reason !== undefined) return { ...nothing, skipped: skippedAs(reason, config) };
  try {
    return { position, ...destination.explain(item.message as RudderMessage) };
  } catch (thrown) {
    return { ...nothing, error: InternalError.from(thrown) };
  }
}
