import type { Command } from 'commander';
import type { RudderMessage } from '../../core/index.js';
import { compile } from '../../destinations/gainsight_px/index.js';
import { mapItem, writeEachItem } from './each-message.js';
import type { CommandIo } from '../io.js';
import { configOption } from '../options.js';
import { explanationJson, explanationText, type ExplainedItem } from './explanation.js';
import { tableStyleOf } from '../output/table.js';
import { loadSettings } from '../settings/load-settings.js';

interface Options {
  readonly config?: string;
  readonly json?: boolean;
  readonly wide?: boolean;
}

const HELP = `
Shows each field that PX would get, with its value and source; what was dropped
and why; what PX might refuse; and why deliver skips a message. Exits with 1
when a message cannot be mapped. Sends nothing.

Example:
  $ gainsight-px explain events.jsonl --config destination.json
  $ head -n 1 events.jsonl | gainsight-px explain --config destination.json --json
`;

/** For an item that is not mapped. */
const NOTHING: Pick<ExplainedItem, 'fields' | 'dropped' | 'warnings'> = {
  fields: [],
  dropped: [],
  warnings: [],
};

/** Adds the command `explain [file]`. */
export function registerExplain(program: Command, io: CommandIo): void {
  program
    .command('explain')
    .description('show how each message is mapped, field by field')
    .argument('[files...]', 'files of messages, as deliver reads them; - is the standard input')
    .addOption(configOption())
    .option('--json', 'one JSON line per message, for scripts')
    .option('--wide', 'cut nothing to the width of the terminal')
    .addHelpText('after', HELP)
    .action(async (files: string[], options: Options) => {
      const config = loadSettings(options, io.env);
      const destination = compile(config);
      const fitting = tableStyleOf(io.stdout, io.env);
      const style = options.wide === true ? { ...fitting, width: Infinity } : fitting;
      await writeEachItem(files, io, (item) => {
        const explained: ExplainedItem = {
          ...NOTHING,
          ...mapItem(item, config, (message) => destination.explain(message as RudderMessage)),
        };
        if (explained.error !== undefined) io.exitCode = 1;
        return options.json === true ? explanationJson(explained) : explanationText(explained, style);
      });
    });
}
