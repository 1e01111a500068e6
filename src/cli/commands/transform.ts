import type { Command } from 'commander';
import type { RudderMessage } from '../../core/index.js';
import { compile } from '../../destinations/gainsight_px/index.js';
import { mapItem, writeEachItem } from './each-message.js';
import type { CommandIo } from '../io.js';
import { configOption } from '../options.js';
import { maskKey, printableJson } from '../output/printable.js';
import { loadSettings } from '../settings/load-settings.js';

interface Options {
  readonly config?: string;
  readonly showKey?: boolean;
}

const HELP = `
Each line of the output is {"position", "plan"}; {"position", "skipped"} for a
message that deliver skips; or {"position", "error"} for one that cannot be
mapped; then the exit code is 1. Sends nothing.

Example:
  $ gainsight-px transform events.jsonl --config destination.json > plans.jsonl
  $ tail -n 1 events.jsonl | gainsight-px transform --config destination.json
`;

/** Adds the command `transform [file]`. */
export function registerTransform(program: Command, io: CommandIo): void {
  program
    .command('transform')
    .description('write the plan of PX requests of each message, as JSON lines')
    .argument('[files...]', 'files of messages, as deliver reads them; - is the standard input')
    .addOption(configOption())
    .option('--show-key', 'write the API key into the headers, in place of a mask')
    .addHelpText('after', HELP)
    .action(async (files: string[], options: Options) => {
      const config = loadSettings(options, io.env);
      const destination = compile(config);
      await writeEachItem(files, io, (item) => {
        const line = mapItem(item, config, (message) => ({
          plan: destination.process(message as RudderMessage),
        }));
        if (line.error !== undefined) io.exitCode = 1;
        const isShown = !('plan' in line) || options.showKey === true;
        return printableJson(isShown ? line : { ...line, plan: maskKey(line.plan) });
      });
    });
}
