import { readFileSync } from 'node:fs';
import { isObject, isDestinationError, type JsonObject } from '../../core/index.js';
import {
  parseConfig,
  parseConfigDefaults,
  type ConfigDefaults,
  type DestinationConfig,
} from '../../destinations/gainsight_px/index.js';
import { decodeText } from '../input/bytes/utf16.js';
import { UsageError, type Environment } from '../io.js';

/** The environment variables, each with the configuration key that it sets. */
export const ENVIRONMENT_KEYS = {
  GAINSIGHT_PX_API_KEY: 'apiKey',
  GAINSIGHT_PX_PRODUCT_TAG_KEY: 'productTagKey',
  GAINSIGHT_PX_DATA_CENTER: 'dataCenter',
} as const satisfies Record<string, keyof DestinationConfig>;

interface SettingsSource {
  /**
   * Path of a JSON file: a configuration, or a RudderStack destination object that holds one under `Config`.
   */
  readonly config?: string | undefined;
}

/**
 * Loads and validates the configuration of a command. Environment variables win over the file.
 *
 * @throws UsageError when the file cannot be read or is not valid JSON
 * @throws ConfigurationError `configuration_invalid`, with all issues
 * @example
 * loadSettings({ config: 'destination.json' }, { GAINSIGHT_PX_API_KEY: '…' });
 */
export function loadSettings(source: SettingsSource, env: Environment = process.env): DestinationConfig {
  const settings = readSettings(source, env);
  parseConfig(settings);
  return settings as DestinationConfig;
}

/**
 * Like {@link loadSettings}, without validation.
 *
 * @throws UsageError
 */
export function readSettings({ config }: SettingsSource, env: Environment = process.env): unknown {
  const fromFile = config === undefined ? {} : configIn(readJsonFile(config, CONFIGURATION));
  return isObject(fromFile) ? { ...fromFile, ...fromEnvironment(env) } : fromFile;
}

/**
 * Loads the defaults of a whole service (configuration keys) from a JSON file.
 *
 * @throws UsageError when the file cannot be read, is not valid JSON, or has issues; the error names all of
 * them
 */
export function loadDefaults(path: string): ConfigDefaults {
  try {
    return parseConfigDefaults(readJsonFile(path, DEFAULTS));
  } catch (error) {
    if (!isDestinationError(error)) throw error;
    throw new UsageError(`${DEFAULTS.what} ${path} has ${error.message}; correct it`);
  }
}

/** An empty variable counts as not set, as in shells and CI systems. */
function fromEnvironment(env: Environment): Record<string, string> {
  return Object.fromEntries(
    Object.entries(ENVIRONMENT_KEYS).flatMap(([variable, key]) => {
      const value = env[variable];
      return value === undefined || value === '' ? [] : [[key, value]];
    }),
  );
}

/**
 * The keys that lead to the configuration in a file: none where the file is one. RudderStack's APIs return a
 * destination with its configuration under `Config`, or in some responses `config`.
 */
export function configPath(content: unknown): string[] {
  if (!isObject(content) || Object.hasOwn(content, 'apiKey')) return [];
  return ['Config', 'config'].filter((key) => isObject(content[key])).slice(0, 1);
}

function configIn(content: unknown): unknown {
  const [key] = configPath(content);
  return key === undefined ? content : (content as JsonObject)[key];
}

/** A kind of file, as error texts name it. */
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
    // The parser's message quotes the text, and the text contains the key.
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
