import type { Command } from 'commander';
import type { CommandIo } from '../io.js';
import { configOption, wholeNumber } from '../options.js';
import { inspect, type InspectOptions } from './inspect.js';

const HELP = `
Opens a local server with the inspector, a page that shows what becomes of an
event: its requests, the source of each field, what is dropped and why, and what
happens when PX says no. The mapping runs in the browser: nothing leaves it, and
it needs no key. With files, the page steps through their messages.

The same page is at /inspect of serve, and in the file dist/web/inspector.html.

Example:
  $ gainsight-px inspect
  $ gainsight-px inspect events.jsonl --config destination.json
`;

/** Adds the command `inspect [files]`. */
export function registerInspect(program: Command, io: CommandIo): void {
  program
    .command('inspect')
    .description('look at what happens to an event, in a browser')
    .argument('[files...]', 'files of messages, as deliver reads them; - is the standard input')
    .addOption(configOption())
    .option('--port <number>', 'port to listen on; 0 takes a free one', wholeNumber(0, 65_535), 0)
    .addHelpText('after', HELP)
    .action((files: string[], options: InspectOptions) => inspect(files, options, io));
}
