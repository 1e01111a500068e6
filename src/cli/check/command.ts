import type { Command } from 'commander';
import { Option } from 'commander';
import { isObject } from '../../core/index.js';
import type { DestinationConfig } from '../../destinations/gainsight_px/index.js';
import { parseFault } from '../../simulator/index.js';
import { type CommandIo, UsageError } from '../io.js';
import { configOption, eachParsedBy, pxUrlOption } from '../options.js';
import { print } from '../output/print.js';
import { printableJson } from '../output/printable.js';
import { tableStyleOf } from '../output/table.js';
import { readSettings } from '../settings/load-settings.js';
import { check, notChecked, reportOf } from './check.js';
import { checkConfiguration } from './configuration.js';
import { openPx, type PxOptions } from './px.js';
import { reportText, withoutKey } from './report-text.js';
import type { CheckReport } from './report.js';

interface Options extends PxOptions {
  readonly config?: string;
  readonly write?: true;
  readonly json?: true;
}

const HELP = `
Asks PX: does it answer, which data center accepts the key, may the key read, is
the tag key that of a product, and does PX have each attribute of the maps, with
which type. Changes nothing in PX, with --write neither.

Exit codes: 0 nothing failed, 1 a check failed, 2 wrong usage or configuration.

Examples:
  $ gainsight-px check --config destination.json
  $ gainsight-px check --config destination.json --write
`;

/** Adds the command `check`. */
export function registerCheck(program: Command, io: CommandIo): void {
  program
    .command('check')
    .description('ask PX whether the configuration fits the account')
    .addOption(configOption())
    .option('--write', 'also try whether the key may write; changes nothing')
    .option('--json', 'one JSON object, for scripts')
    .option('--simulate', 'ask a simulated PX that has what the configuration names')
    .addOption(
      new Option('--simulate-fault <rule>', 'let the simulated PX fail, as in html-403@subscription.get')
        .argParser(eachParsedBy(parseFault))
        .default([], 'none'),
    )
    .addOption(pxUrlOption())
    .addHelpText('after', HELP)
    .action((options: Options) => run(options, io));
}

async function run(options: Options, io: CommandIo): Promise<void> {
  refuseContradictions(options);
  const settings = readSettings(options, io.env);
  const report = withoutKey(await reportOn(settings, options, io), isObject(settings) ? settings.apiKey : '');
  const text =
    options.json === true
      ? `${printableJson(report)}\n`
      : reportText(report, tableStyleOf(io.stdout, io.env));
  await print(io, text);
}

function refuseContradictions({ simulate, simulateFault, pxUrl }: Options): void {
  if (simulate === true && pxUrl !== undefined)
    throw new UsageError('--simulate and --px-url exclude each other: give one of them');
  if (simulateFault.length > 0 && simulate !== true)
    throw new UsageError('--simulate-fault needs the simulated PX: add --simulate');
}

async function reportOn(settings: unknown, options: Options, io: CommandIo): Promise<CheckReport> {
  const { isUsable, checks: configuration } = checkConfiguration(settings);
  if (!isUsable) {
    io.exitCode = 2;
    return reportOf(undefined, [
      ...configuration,
      ...notChecked('the configuration is wrong', 'configuration'),
    ]);
  }
  const config = settings as DestinationConfig;
  const px = await openPx(options, config);
  try {
    const { router, origin } = px;
    const report = await check({ config, router, origin, write: options.write === true, configuration });
    if (!report.ok) io.exitCode = 1;
    return report;
  } finally {
    await px.close();
  }
}
