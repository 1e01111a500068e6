import { readFileSync } from 'node:fs';
import { isObject, isDestinationError } from '../../core/index.js';
import {
  parseConfig,
  parseConfigDefaults,
  type ConfigDefaults,
  type DestinationConfig,
} from '../../destinations/gainsight_px/index.js';
import { decodeText } from '../input/bytes/utf16.js';
import { UsageError, type Environment } from '../io.js';

/** The variables that settings come from, and the key of the configuration that each one sets. */
export const ENVIRONMENT_KEYS = {
  GAINSIGHT_PX_API_KEY: 'apiKey',
  GAINSIGHT_PX_PRODUCT_TAG_KEY: 'productTagKey',
  GAINSIGHT_PX_DATA_CENTER: 'dataCenter',
} as const satisfies Record<string, keyof DestinationConfig>;

interface SettingsSource {
  /** Path of a JSON file: a configuration, or a RudderStack destination object that holds one under `Config`. */
  readonly config?: string | undefined;
}

/**
 * The configuration that a command works with: the file's, over which the environment's variables win. It is valid.
 *
 * @throws UsageError when the file cannot be read or is not valid JSON
 * @throws ConfigurationError `configuration_invalid`, with every fault
 * @example
 * loadSettings({ config: 'destination.json' }, { GAINSIGHT_PX_API_KEY: '…' });
 */
export function loadSettings(source: SettingsSource, env: Environment = process.env): DestinationConfig {
  const settings = readSettings(source, env);
  parseConfig(settings);
  return settings as DestinationConfig;
}

/**
 * As {@link loadSettings}, but whatever the file holds: not validated.
 *
 * @throws UsageError
 */
export function readSettings({ config }: SettingsSource, env: Environment = process.env): unknown {
  const fromFile = config === undefined ? {} : configIn(readJsonFile(config, CONFIGURATION));
  return isObject(fromFile) ? { ...fromFile, ...fromEnvironment(env) } : fromFile;
}

/**
 * The defaults in a JSON file: configuration keys for a whole service.
 *
 * @throws UsageError when the file cannot be read, is not valid JSON, or has issues, all of which it names
 */
export function loadDefaults(path: string): ConfigDefaults {
  try {
    return parseConfigDefaults(readJsonFile(path, DEFAULTS));
  } catch (error) {
    if (!isDestinationError(error)) throw error;
    throw new UsageError(`${DEFAULTS.what} ${path} has ${error.message}; correct it`);
  }
}

/** An empty variable counts as not set: that is how shells and CI systems write "none". */
function fromEnvironment(env: Environment): Record<string, string> {
  return Object.fromEntries(
    Object.entries(ENVIRONMENT_KEYS).flatMap(([variable, key]) => {
      const value = env[variable];
      return value === undefined || value === '' ? [] : [[key, value]];
    }),
  );
}

/** RudderStack's APIs give a destination with its configuration inside: as `Config`, in some answers as `config`. */
function configIn(content: unknown): unknown {
  if (!isObject(content) || Object.hasOwn(content, 'apiKey')) return content;
  return [content.Config, content.config].find(isObject) ?? content;
}

/** A kind of file, in the words of an error text. */
interface FileKind {
  readonly what: string;
  readonly option: string;
}

const CONFIGURATION: FileKind = { what: 'the configuration file', option: '--config' };
const DEFAULTS: FileKind = { what: 'the defaults file', option: '--defaults' };

function readJsonFile(path: string, kind: FileKind): unknown {
  const text = readText(path, kind);
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    // The parser's own words quote the text, and the text holds the key.
    const position = /at position (\d+)/.exec(String(error))?.[1];
    const where = position === undefined ? '' : ` (line ${lineAt(text, Number(position))})`;
    throw new UsageError(
      `${kind.what} ${path} is not valid JSON${where}: correct it, or name another with ${kind.option}`,
    );
  }
}

function readText(path: string, { what, option }: FileKind): string {
  try {
    return decodeText(readFileSync(path));
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw new UsageError(`cannot read ${what} ${path} (${code}): name an existing JSON file with ${option}`);
  }
}

const lineAt = (text: string, position: number): number => text.slice(0, position).split('\n').length;
