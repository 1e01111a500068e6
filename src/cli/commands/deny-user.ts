import type { Command } from 'commander';
import { denyUser } from '../../destinations/gainsight_px/index.js';
import type { CommandIo } from '../io.js';
import { configOption, pxUrlOption } from '../options.js';
import { print } from '../output/print.js';
import { printable } from '../output/printable.js';
import { sendPlan } from '../send-plan.js';
import { loadSettings } from '../settings.js';

interface Options {
  readonly config?: string;
  readonly pxUrl?: string;
  readonly allow?: boolean;
}

const HELP = `
PX ignores all events of a user on the denylist.

Example:
  $ gainsight-px deny-user u_1001 --config destination.json
  $ gainsight-px deny-user u_1001 --config destination.json --allow
`;

/** Adds the command `deny-user <identifyId>`. */
export function registerDenyUser(program: Command, io: CommandIo): void {
  program
    .command('deny-user')
    .description("put a user on PX's denylist, or take it off")
    .argument('<identifyId>', 'the id of the user in PX')
    .addOption(configOption())
    .option('--allow', 'take the user off the denylist again')
    .addOption(pxUrlOption())
    .addHelpText('after', HELP)
    .action(async (identifyId: string, { config, pxUrl, allow = false }: Options) => {
      const plan = denyUser(identifyId, !allow, loadSettings({ config }, io.env));
      const task = `the user ${identifyId} was not ${allow ? 'allowed' : 'denied'}`;
      const outcome = await sendPlan(plan, { task, origin: pxUrl }, io);
      if (outcome === undefined) return;
      await print(io, `${printable(allow ? `allowed ${identifyId} again` : `denied ${identifyId}`)}\n`);
    });
}
