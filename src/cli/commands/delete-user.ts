import { createInterface } from 'node:readline';
import type { Command } from 'commander';
import { deleteUser } from '../../destinations/gainsight_px/index.js';
import type { CommandIo } from '../io.js';
import { configOption, pxUrlOption } from '../options.js';
import { print } from '../output/print.js';
import { printable } from '../output/printable.js';
import { sendPlan } from '../send-plan.js';
import { loadSettings, UsageError } from '../settings.js';

interface Options {
  readonly config?: string;
  readonly pxUrl?: string;
  readonly yes?: boolean;
}

const HELP = `
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
    .addHelpText('after', HELP)
    .action(async (identifyId: string, options: Options) => {
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

/** Whether whoever sits at the terminal says yes, or writes the id again. Anything else is a no. */
async function isConfirmed(identifyId: string, io: CommandIo): Promise<boolean> {
  if (io.stdin.isTTY !== true) {
    throw new UsageError('delete-user asks before it deletes, and there is no terminal to ask on: add --yes');
  }
  const answer = (
    await ask(printable(`Erase the user ${identifyId} in PX for good? Type y or the id: `), io)
  ).trim();
  return /^y(es)?$/i.test(answer) || answer === identifyId.trim();
}

/** The line that is typed; empty when the input ends without one. */
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
