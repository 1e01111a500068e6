import { ConfigurationError } from '../../core/index.js';

/** Where Redis is and how to log in. Never printed as a whole: it may hold a password. */
export interface RedisSettings {
  readonly host: string;
  readonly port: number;
  readonly database: number;
  /** Whether the connection is encrypted (`rediss://`). */
  readonly tls: boolean;
  readonly username?: string;
  readonly password?: string;
}

/** The environment variables. */
export type RedisEnvironment = Readonly<Record<string, string | undefined>>;

/** Stands for `--redis`, and may hold a password. */
const URL_VARIABLE = 'GAINSIGHT_PX_REDIS_URL';
const PASSWORD_VARIABLE = 'GAINSIGHT_PX_REDIS_PASSWORD';

const EXPECTED = 'a URL such as redis://127.0.0.1:6379 or rediss://redis.example.com:6380/1';
const DEFAULT_PORT = 6379;

/**
 * Reads where Redis is, or `undefined` when neither the option nor the environment names one.
 *
 * The URL is `redis[s]://[user@]host[:port][/database]`. A password comes from the environment only: other users of the machine can read the
 * arguments of a process.
 *
 * @param option the value of `--redis`; it wins over `GAINSIGHT_PX_REDIS_URL`
 * @param env `GAINSIGHT_PX_REDIS_URL` may hold a password; `GAINSIGHT_PX_REDIS_PASSWORD` wins over that
 * @throws ConfigurationError `configuration_invalid`; its text never holds the URL
 * @see https://www.iana.org/assignments/uri-schemes/prov/redis
 */
export function readRedisSettings(
  option: string | undefined,
  env: RedisEnvironment,
): RedisSettings | undefined {
  const text = option ?? env[URL_VARIABLE];
  if (text === undefined || text === '') {
    if (option === undefined) return undefined;
    throw invalid('--redis', `expected ${EXPECTED}`);
  }
  const place = option === undefined ? URL_VARIABLE : '--redis';
  const settings = parseUrl(place, text);
  if (option !== undefined && settings.password !== undefined) {
    throw invalid(
      '--redis',
      `expected a URL without a password, because other users can read it: put the password into ${PASSWORD_VARIABLE}, or the whole URL into ${URL_VARIABLE}`,
    );
  }
  const password = env[PASSWORD_VARIABLE];
  return password === undefined || password === '' ? settings : { ...settings, password };
}

/** Where Redis is, for a log or an error: without user and password. */
export function redisAddress({ host, port }: RedisSettings): string {
  return `${host}:${port}`;
}

function parseUrl(place: string, text: string): RedisSettings {
  if (!URL.canParse(text)) throw invalid(place, `expected ${EXPECTED}`);
  const { protocol, hostname, port, pathname, search, hash, username, password } = new URL(text);
  const database = /^\/?(\d{0,9})$/.exec(pathname)?.[1];
  if (!/^rediss?:$/.test(protocol) || hostname === '' || search + hash !== '' || database === undefined) {
    throw invalid(place, `expected ${EXPECTED}, without a query`);
  }
  return {
    // Node's sockets take an IPv6 address without its brackets.
    host: decoded(place, hostname).replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? DEFAULT_PORT : Number(port),
    database: Number(database),
    tls: protocol === 'rediss:',
    ...(username === '' ? {} : { username: decoded(place, username) }),
    ...(password === '' ? {} : { password: decoded(place, password) }),
  };
}

function decoded(place: string, text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalid(place, 'expected a URL whose parts are percent-encoded UTF-8');
  }
}

function invalid(path: string, message: string): ConfigurationError {
  return new ConfigurationError('configuration_invalid', `${path}: ${message}`, {
    issues: [{ path, message }],
  });
}
