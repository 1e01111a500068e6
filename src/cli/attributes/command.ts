import { isDeepStrictEqual } from 'node:util';
import type { Command } from 'commander';
import { isObject, isDestinationError } from '../../core/index.js';
import {
  compareTypes,
  parseConfig,
  type AttributeTypes,
  type DestinationConfig,
} from '../../destinations/gainsight_px/index.js';
import { changeText } from '../check/attribute-types.js';
import { type CommandIo, UsageError } from '../io.js';
import { configOption, pxUrlOption } from '../options.js';
import { print } from '../output/print.js';
import { printable } from '../output/printable.js';
import { countOf } from '../output/quantities.js';
import { readSettings } from '../settings/load-settings.js';
import { NotRead, pull, type Pulled } from './pull.js';
import { checkSavable, codeOf, save } from './save.js';

interface Options {
  readonly config?: string;
  readonly save?: true;
  readonly pxUrl?: string;
}

const EXAMPLES = `
Examples:
  $ gainsight-px attributes pull --config destination.json
  $ gainsight-px attributes pull --config destination.json --save
`;

const HELP = `
Prints a part of a configuration as JSON. With --save it is written into the
file of --config, where all else stays as it is. Values are then converted to
the types of PX, and explain names attributes that PX does not know.
${EXAMPLES}`;

/** Adds the command `attributes pull`. */
export function registerAttributes(program: Command, io: CommandIo): void {
  const attributes = program
    .command('attributes')
    .description('take the types of custom attributes from PX')
    .addHelpText('after', EXAMPLES);
  attributes
    .command('pull')
    .description("read PX's custom attributes as attributeTypes of the configuration")
    .addOption(configOption())
    .option('--save', 'write attributeTypes into the file of --config')
    .addOption(pxUrlOption())
    .addHelpText('after', HELP)
    .action((options: Options) => run(options, io));
}

async function run({ config: file, save: saves, pxUrl }: Options, io: CommandIo): Promise<void> {
  if (saves === true && file === undefined)
    throw new UsageError('--save needs the file to write to: add --config');
  const settings = readSettings({ config: file }, io.env);
  // Replaced in any case, so its faults do not matter.
  const config = isObject(settings) ? { ...settings, attributeTypes: null } : settings;
  parseConfig(config);
  if (saves === true) checkSavable(file!);

  const pulled = await pullOrSay(config as DestinationConfig, pxUrl, io);
  if (pulled === undefined) return;
  for (const text of pulled.odd) io.stderr.write(`${printable(`warning: left out: ${text}`)}\n`);
  for (const text of pulled.parts) io.stderr.write(`${printable(`warning: ${text}`)}\n`);
  if (saves === true && pulled.parts.length > 0) {
    const advice = 'compare what is printed without --save with PX, and write it into the file by hand';
    io.stderr.write(`${printable(`error: ${file} was not written, as types may be missing: ${advice}`)}\n`);
    io.exitCode = 1;
    return;
  }
  if (saves === true) await saveAndSay(file!, formerTypes(settings), pulled.types, io);
  else await print(io, `${prettyJson({ attributeTypes: pulled.types })}\n`);
}

async function pullOrSay(
  config: DestinationConfig,
  origin: string | undefined,
  io: CommandIo,
): Promise<Pulled | undefined> {
  try {
    return await pull(config, origin);
  } catch (error) {
    if (!(error instanceof NotRead)) throw error;
    io.stderr.write(`${printable(`error: ${error.message}`)}\n`);
    io.exitCode = 1;
    return undefined;
  }
}

/** What the file says until now; nothing where it is wrong. */
function formerTypes(settings: unknown): AttributeTypes {
  try {
    parseConfig(settings);
    return (settings as DestinationConfig).attributeTypes ?? {};
  } catch (error) {
    if (isDestinationError(error)) return {};
    throw error;
  }
}

async function saveAndSay(
  file: string,
  former: AttributeTypes,
  types: AttributeTypes,
  io: CommandIo,
): Promise<void> {
  if (isDeepStrictEqual(former, types)) {
    await print(io, `${printable(`${file} is up to date: ${sizeText(types)}`)}\n`);
    return;
  }
  try {
    await save(file, types);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const advice = 'make it and its folder writable, or leave out --save';
    io.stderr.write(`${printable(`error: ${file} was not written (${codeOf(error)}): ${advice}`)}\n`);
    io.exitCode = 1;
    return;
  }
  const lines = [
    `wrote attributeTypes to ${file}: ${sizeText(types)}`,
    ...compareTypes(former, types).map(changeText),
  ];
  await print(io, `${lines.map(printable).join('\n')}\n`);
}

function sizeText({ user = {}, account = {}, disabled }: AttributeTypes): string {
  const size = (types: object | null): number => Object.keys(types ?? {}).length;
  const off = (disabled?.user?.length ?? 0) + (disabled?.account?.length ?? 0);
  return `${countOf(size(user), 'user attribute')}, ${countOf(size(account), 'account attribute')}, ${off} disabled`;
}

/** JSON over several lines, safe for a terminal. */
function prettyJson(value: unknown): string {
  return JSON.stringify(value, null, 2).split('\n').map(printable).join('\n');
}
