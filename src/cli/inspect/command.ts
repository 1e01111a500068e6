import type { Command } from 'commander';
import type { CommandIo } from '../io.js';
import { wholeNumber } from '../options.js';
import { inspect, type InspectOptions } from './inspect.js';

const HELP = `
Opens a local server with the inspector, a page that shows what becomes of an
event: its requests, the source of each field, what is dropped and why, and what
happens when PX says no. The mapping runs in the browser: nothing leaves it, and
it needs no key. The same page is at /inspect of serve.

Example:
  $ gainsight-px inspect
`;

/** Adds the command `inspect`. */
export function registerInspect(program: Command, io: CommandIo): void {
  program
    .command('inspect')
    .description('look at what happens to an event, in a browser')
    .option('--port <number>', 'port to listen on; 0 takes a free one', wholeNumber(0, 65_535), 0)
    .addHelpText('after', HELP)
    .action((options: InspectOptions) => inspect(options, io));
}
