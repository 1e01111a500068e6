import { createInterface } from 'node:readline';
import type { Command } from 'commander';
import { deleteUser, denyUser } from '../../destinations/gainsight_px/index.js';
import { type CommandIo, UsageError } from '../io.js';
import { configOption, pxUrlOption } from '../options.js';
import { print } from '../output/print.js';
import { printable } from '../output/printable.js';
import { sendPlan } from './send-plan.js';
import { loadSettings } from '../settings/load-settings.js';

interface DeleteOptions {
  readonly config?: string;
  readonly pxUrl?: string;
  readonly yes?: boolean;
}

const DELETE_HELP = `
PX erases the user's profile and history for good. Custom events stay: PX cannot
delete them. A user that PX does not know counts as deleted.

Example:
  $ gainsight-px delete-user u_1001 --config destination.json
  $ gainsight-px delete-user u_1001 --config destination.json --yes
`;

/** Adds the command `delete-user <identifyId>`. */
export function registerDeleteUser(program: Command, io: CommandIo): void {
  program
    .command('delete-user')
    .description('erase a user in PX for good; asks first')
    .argument('<identifyId>', 'the id of the user in PX')
    .addOption(configOption())
    .option('-y, --yes', 'do not ask')
    .addOption(pxUrlOption())
    .addHelpText('after', DELETE_HELP)
    .action(async (identifyId: string, options: DeleteOptions) => {
      const plan = deleteUser(identifyId, loadSettings(options, io.env));
      if (options.yes !== true && !(await isConfirmed(identifyId, io))) {
        io.stderr.write('nothing was deleted\n');
        io.exitCode = 1;
        return;
      }
      const task = `the user ${identifyId} was not deleted`;
      const outcome = await sendPlan(plan, { task, origin: options.pxUrl }, io);
      if (outcome === undefined) return;
      const wasUnknown = outcome.requests.at(-1)?.verdict === 'notFound';
      const result = wasUnknown
        ? `PX knows no user ${identifyId}: nothing left to delete`
        : `deleted ${identifyId}`;
      await print(io, `${printable(result)}\n`);
    });
}

interface DenyOptions {
  readonly config?: string;
  readonly pxUrl?: string;
  readonly allow?: boolean;
}

const DENY_HELP = `
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
    .addHelpText('after', DENY_HELP)
    .action(async (identifyId: string, { config, pxUrl, allow = false }: DenyOptions) => {
      const plan = denyUser(identifyId, !allow, loadSettings({ config }, io.env));
      const task = `the user ${identifyId} was not ${allow ? 'allowed' : 'denied'}`;
      const outcome = await sendPlan(plan, { task, origin: pxUrl }, io);
      if (outcome === undefined) return;
      await print(io, `${printable(allow ? `allowed ${identifyId} again` : `denied ${identifyId}`)}\n`);
    });
}

/** Asks on the terminal: `y`, `yes` or the id confirms, anything else does not. */
async function isConfirmed(identifyId: string, io: CommandIo): Promise<boolean> {
  if (io.stdin.isTTY !== true) {
    throw new UsageError('delete-user asks before it deletes, but there is no terminal: add --yes');
  }
  const answer = (
    await ask(printable(`Erase the user ${identifyId} in PX for good? Type y or the id: `), io)
  ).trim();
  return /^y(es)?$/i.test(answer) || answer === identifyId.trim();
}

/** Resolves with the typed line; empty when the input ends first. */
function ask(question: string, { stdin, stderr }: CommandIo): Promise<string> {
  const lines = createInterface({ input: stdin, output: stderr });
  return new Promise((resolve) => {
    lines.once('close', () => {
      resolve('');
    });
    lines.question(question, (answer) => {
      resolve(answer);
      lines.close();
    });
  });
}
