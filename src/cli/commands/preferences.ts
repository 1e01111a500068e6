import { InvalidArgumentError, Option, type Command } from 'commander';
import {
  effectivePreferences,
  getPreferences,
  PREFERENCES,
  setPreferences,
  type Preference,
  type Preferences,
} from '../../destinations/gainsight_px/index.js';
import { isObject } from '../../core/index.js';
import { type CommandIo, UsageError } from '../io.js';
import { configOption, pxUrlOption } from '../options.js';
import { print } from '../output/print.js';
import { printable, printableJson } from '../output/printable.js';
import { tableStyleOf, renderTable } from '../output/table.js';
import { sendPlan } from './send-plan.js';
import { loadSettings } from '../settings/load-settings.js';

interface Options {
  readonly config?: string;
  readonly pxUrl?: string;
  readonly json?: boolean;
}

type SetOptions = Options & Readonly<Partial<Record<Preference, boolean>>>;

const GET_HELP = `
null means that the flag was never set: its default is true.

Example:
  $ gainsight-px preferences get u_1001 --config destination.json
`;

const SET_HELP = `
Flags that are not given stay as they are.

Example:
  $ gainsight-px preferences set u_1001 --track-usage=false --config destination.json
`;

/** Adds the commands `preferences get <identifyId>` and `preferences set <identifyId>`. */
export function registerPreferences(program: Command, io: CommandIo): void {
  const preferences = program
    .command('preferences')
    .description("read or change a user's six opt-in flags in PX")
    .addHelpText('after', `\nExample:\n  $ gainsight-px preferences get u_1001 --config destination.json\n`);

  preferences
    .command('get')
    .description('show each flag as PX stores it, and its effective value')
    .argument('<identifyId>', 'the id of the user in PX')
    .addOption(configOption())
    .option('--json', 'one JSON object, for scripts')
    .addOption(pxUrlOption())
    .addHelpText('after', GET_HELP)
    .action((identifyId: string, options: Options) => get(identifyId, options, io));

  const set = preferences
    .command('set')
    .description('switch flags on or off')
    .argument('<identifyId>', 'the id of the user in PX')
    .addOption(configOption());
  for (const name of PREFERENCES) set.addOption(flagOption(name));
  set
    .addOption(pxUrlOption())
    .addHelpText('after', SET_HELP)
    .action((identifyId: string, options: SetOptions) => change(identifyId, options, io));
}

async function get(identifyId: string, options: Options, io: CommandIo): Promise<void> {
  const plan = getPreferences(identifyId, loadSettings(options, io.env));
  const task = `the preferences of ${identifyId} were not read`;
  const outcome = await sendPlan(plan, { task, origin: options.pxUrl }, io);
  if (outcome === undefined) return;

  const answer = isObject(outcome.body) ? outcome.body : {};
  const raw = Object.fromEntries(PREFERENCES.map((name) => [name, answer[name] ?? null]));
  const effective = effectivePreferences(answer);
  if (options.json === true) {
    await print(io, `${printableJson({ identifyId, raw, effective })}\n`);
    return;
  }
  const rows = PREFERENCES.map((name) => [name, JSON.stringify(raw[name]), String(effective[name])]);
  await print(
    io,
    `${renderTable(['preference', 'PX says', 'effective'], rows, tableStyleOf(io.stdout, io.env))}\n`,
  );
}

async function change(identifyId: string, options: SetOptions, io: CommandIo): Promise<void> {
  const flags = Object.fromEntries(
    PREFERENCES.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])),
  ) as Preferences;
  if (Object.keys(flags).length === 0) {
    const switches = PREFERENCES.map((name) => `--${switchName(name)}`).join(', ');
    throw new UsageError(`nothing to set: give at least one of ${switches}, each with =true or =false`);
  }
  const plan = setPreferences(identifyId, flags, loadSettings(options, io.env));
  const task = `the preferences of ${identifyId} were not changed`;
  const outcome = await sendPlan(plan, { task, origin: options.pxUrl }, io);
  if (outcome === undefined) return;
  const changes = Object.entries(flags).map(([name, flag]) => `${name}=${flag}`);
  await print(io, `${printable(`set ${changes.join(', ')} for ${identifyId}`)}\n`);
}

const switchName = (name: Preference): string =>
  name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

function flagOption(name: Preference): Option {
  return new Option(`--${switchName(name)} <true|false>`).argParser((text: string, before?: boolean) => {
    const flag = text === 'true' ? true : text === 'false' ? false : undefined;
    if (flag === undefined) throw new InvalidArgumentError('Give true or false.');
    if (before !== undefined && before !== flag)
      throw new InvalidArgumentError('The option was given twice, with opposite values.');
    return flag;
  });
}
