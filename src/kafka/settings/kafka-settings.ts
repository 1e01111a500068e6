import { readFileSync, statSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import { isObject, nearestName, foundText } from '../../core/index.js';
import { KafkaError } from '../errors.js';

/** SASL mechanisms that need no code of the user's own. */
const MECHANISMS = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER'] as const;
type Mechanism = (typeof MECHANISMS)[number];

/** How to log in to the brokers. It holds secrets: show it nowhere. */
export interface KafkaSettings {
  readonly tls?: Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'passphrase'> & {
    readonly servername?: string;
  };
  readonly sasl?: {
    readonly mechanism: Mechanism;
    readonly username?: string;
    readonly password?: string;
    /** Read for each login: a token expires. */
    readonly token?: () => string;
  };
}

/** Settings, and what the user should know about them. */
export interface LoadedSettings {
  readonly settings: KafkaSettings;
  readonly warnings: readonly string[];
}

/** All settings as texts, by their path in the file. Each has an environment variable that wins over the file. */
const VARIABLES = {
  tls: 'GAINSIGHT_PX_KAFKA_TLS',
  'tls.caFile': 'GAINSIGHT_PX_KAFKA_TLS_CA_FILE',
  'tls.certFile': 'GAINSIGHT_PX_KAFKA_TLS_CERT_FILE',
  'tls.keyFile': 'GAINSIGHT_PX_KAFKA_TLS_KEY_FILE',
  'tls.passphrase': 'GAINSIGHT_PX_KAFKA_TLS_PASSPHRASE',
  'tls.servername': 'GAINSIGHT_PX_KAFKA_TLS_SERVERNAME',
  'sasl.mechanism': 'GAINSIGHT_PX_KAFKA_SASL_MECHANISM',
  'sasl.username': 'GAINSIGHT_PX_KAFKA_SASL_USERNAME',
  'sasl.password': 'GAINSIGHT_PX_KAFKA_SASL_PASSWORD',
  'sasl.token': 'GAINSIGHT_PX_KAFKA_SASL_TOKEN',
  'sasl.tokenFile': 'GAINSIGHT_PX_KAFKA_SASL_TOKEN_FILE',
} as const;
type Path = keyof typeof VARIABLES;
type Texts = Partial<Record<Path, string>>;

const PATHS = Object.keys(VARIABLES) as Path[];
const SECRETS: readonly Path[] = ['tls.passphrase', 'sasl.password', 'sasl.token'];

/**
 * Loads TLS and SASL settings from a JSON file and from the environment, which wins. They are never arguments of a command: other users of
 * the machine see those.
 *
 * The file: `{"tls": true | {"caFile", "certFile", "keyFile", "passphrase", "servername"}, "sasl": {"mechanism", "username", "password",
 * "token", "tokenFile"}}`. The names of files are those of PEM files.
 *
 * @throws KafkaError `kafka_settings_invalid`, with all faults and without any value
 */
export function loadKafkaSettings(
  file: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): LoadedSettings {
  const faults: string[] = [];
  const warnings: string[] = [];
  const inFile = file === undefined ? {} : textsIn(readJson(file), faults);
  if (file !== undefined && SECRETS.some((path) => inFile[path] !== undefined) && isReadableByOthers(file)) {
    warnings.push(
      `${file} holds a secret, and other users of this machine can read it: run chmod 600 ${file}`,
    );
  }
  const texts: Texts = { ...inFile, ...inEnvironment(env) };
  const settings = { ...readTls(texts, faults), ...readSasl(texts, faults) };
  if (faults.length > 0) {
    const where = file === undefined ? '' : ` (${file} and the environment)`;
    throw new KafkaError(
      'kafka_settings_invalid',
      `the Kafka settings${where} are wrong: ${faults.join('; ')}`,
    );
  }
  const { tls, sasl } = settings;
  if (tls === undefined && (sasl?.mechanism === 'PLAIN' || sasl?.mechanism === 'OAUTHBEARER')) {
    warnings.push(
      `without TLS, SASL ${sasl.mechanism} sends the secret unencrypted: add tls to the Kafka settings`,
    );
  }
  return { settings, warnings };
}

function readJson(file: string): unknown {
  const text = readText(file, 'the Kafka settings file', 'name an existing JSON file with --kafka-settings');
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    // The parser's message quotes the text.
    throw new KafkaError(
      'kafka_settings_invalid',
      `the Kafka settings file ${file} is not valid JSON: correct it`,
    );
  }
}

function readText(file: string, what: string, advice: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw new KafkaError('kafka_settings_invalid', `cannot read ${what} ${file} (${code}): ${advice}`);
  }
}

/** Windows has no such permissions. */
function isReadableByOthers(file: string): boolean {
  return process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0;
}

/** The settings of a file as texts by path; `tls: true` is a text, too. */
function textsIn(content: unknown, faults: string[]): Texts {
  if (!isObject(content)) {
    faults.push(`expected an object with tls and sasl, found ${foundText(content)}`);
    return {};
  }
  const texts: Texts = {};
  const take = (path: string, value: unknown): void => {
    const known = PATHS.find((name) => name === path);
    if (known === undefined) {
      const nearest = nearestName(path, PATHS);
      faults.push(`${path} is not a setting${nearest === undefined ? '' : `; did you mean ${nearest}?`}`);
    } else if (typeof value === 'string' || (known === 'tls' && typeof value === 'boolean')) {
      texts[known] = String(value);
    } else faults.push(`${path}: expected a text, found ${foundText(value)}`);
  };
  for (const [key, value] of Object.entries(content)) {
    if (!isObject(value)) take(key, value);
    else {
      if (key === 'tls') texts.tls = 'true';
      for (const [name, inner] of Object.entries(value)) take(`${key}.${name}`, inner);
    }
  }
  return texts;
}

/** An empty variable counts as not set, as in shells and CI systems. */
function inEnvironment(env: Readonly<Record<string, string | undefined>>): Texts {
  return Object.fromEntries(
    Object.entries(VARIABLES).flatMap(([path, variable]) => {
      const value = env[variable];
      return value === undefined || value === '' ? [] : [[path, value]];
    }),
  );
}

function readTls(texts: Texts, faults: string[]): Pick<KafkaSettings, 'tls'> {
  const { tls } = texts;
  if (tls !== undefined && tls !== 'true' && tls !== 'false') faults.push('tls: expected true or false');
  const given = PATHS.filter((path) => path.startsWith('tls.') && texts[path] !== undefined);
  if (tls === 'false' || (tls === undefined && given.length === 0)) return {};
  if ((texts['tls.certFile'] === undefined) !== (texts['tls.keyFile'] === undefined)) {
    faults.push('tls.certFile and tls.keyFile belong together: give both');
  }
  const pem = (path: 'tls.caFile' | 'tls.certFile' | 'tls.keyFile', key: 'ca' | 'cert' | 'key'): object => {
    const file = texts[path];
    return file === undefined
      ? {}
      : { [key]: readText(file, `the PEM file of ${path}`, 'name an existing file') };
  };
  const { 'tls.passphrase': passphrase, 'tls.servername': servername } = texts;
  return {
    tls: {
      ...pem('tls.caFile', 'ca'),
      ...pem('tls.certFile', 'cert'),
      ...pem('tls.keyFile', 'key'),
      ...(passphrase === undefined ? {} : { passphrase }),
      ...(servername === undefined ? {} : { servername }),
    },
  };
}

function readSasl(texts: Texts, faults: string[]): Pick<KafkaSettings, 'sasl'> {
  const given = PATHS.filter((path) => path.startsWith('sasl.') && texts[path] !== undefined);
  if (given.length === 0) return {};
  const mechanism = MECHANISMS.find((name) => name === texts['sasl.mechanism']?.toUpperCase());
  if (mechanism === undefined) {
    faults.push(`sasl.mechanism: expected one of ${MECHANISMS.join(', ')}`);
    return {};
  }
  const { 'sasl.username': username, 'sasl.password': password } = texts;
  const { 'sasl.token': token, 'sasl.tokenFile': tokenFile } = texts;
  if (mechanism === 'OAUTHBEARER') {
    if ((token === undefined) === (tokenFile === undefined)) {
      faults.push('sasl: OAUTHBEARER needs either token or tokenFile');
      return {};
    }
    const read = (): string =>
      token ?? readText(tokenFile!, 'the token file', 'name an existing file with sasl.tokenFile').trim();
    read();
    return { sasl: { mechanism, token: read } };
  }
  if (username === undefined || password === undefined) {
    faults.push(`sasl: ${mechanism} needs username and password`);
    return {};
  }
  return { sasl: { mechanism, username, password } };
}
