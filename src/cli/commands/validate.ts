import type { Command } from 'commander';
import type { Issue } from '../../core/index.js';
import type { DestinationConfig } from '../../destinations/gainsight_px/index.js';
import { judgeSettings } from '../settings/judge-settings.js';
import { describeSettings } from '../settings/describe-settings.js';
import type { CommandIo } from '../io.js';
import { configOption } from '../options.js';
import { print } from '../output/print.js';
import { printable, printableJson } from '../output/printable.js';
import { tableStyleOf, renderTable } from '../output/table.js';
import { ENVIRONMENT_KEYS, readSettings } from '../settings/load-settings.js';

interface Options {
  readonly config?: string;
  readonly json?: boolean;
}

const HELP = `
Exits with 0 when the configuration is valid. Otherwise shows all of its issues
and exits with 2. An API key in place of the tag key is an issue, and vice
versa. A key that is almost a known one is a warning. Sends nothing.

Example:
  $ gainsight-px validate --config destination.json
`;

/** Adds the command `validate`. */
export function registerValidate(program: Command, io: CommandIo): void {
  program
    .command('validate')
    .description('check a configuration, and show what it means')
    .addOption(configOption())
    .option('--json', 'one JSON object, for scripts')
    .addHelpText('after', HELP)
    .action((options: Options) => validate(options, io));
}

async function validate(options: Options, io: CommandIo): Promise<void> {
  const settings = readSettings(options, io.env);
  const { issues, warnings } = judgeSettings(settings);
  if (options.json !== true) {
    for (const { path, message } of warnings)
      io.stderr.write(`${printable(`warning: ${path} ${message}`)}\n`);
  }
  if (issues.length > 0) {
    if (options.json === true) await print(io, `${printableJson({ valid: false, issues, warnings })}\n`);
    else for (const issue of issues) io.stderr.write(`${printable(issueLine(issue))}\n`);
    io.exitCode = 2;
    return;
  }

  const meaning = describeSettings(settings as DestinationConfig);
  if (options.json === true) {
    await print(io, `${printableJson({ valid: true, ...meaning, warnings })}\n`);
    return;
  }
  const rows = Object.entries(meaning).flatMap(rowsOf);
  await print(io, `${renderTable(['setting', 'meaning'], rows, tableStyleOf(io.stdout, io.env))}\n`);
}

/** An issue, with the environment variable that can correct it, if there is one. */
function issueLine({ path, message }: Issue): string {
  const variable = Object.entries(ENVIRONMENT_KEYS).find(([, key]) => key === path)?.[0];
  return `error: ${path === '' ? 'the configuration' : path}: ${message}${variable === undefined ? '' : ` (or set ${variable})`}`;
}

/** One row for a setting; for a list, one row for each item. */
function rowsOf([name, value]: [name: string, value: unknown]): string[][] {
  if (!Array.isArray(value)) return [[name, String(value)]];
  if (value.length === 0) return [[name, 'none']];
  return value.map((item, index) => [index === 0 ? name : '', String(item)]);
}
