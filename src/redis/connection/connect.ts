import { ConfigurationError } from '../../core/index.js';
import type { Clock } from '../../runtime/index.js';
import type { Script } from './script.js';
import { redisAddress, type RedisSettings } from './settings.js';

/** One connection to Redis. It does not reconnect: its owner opens another one. */
export interface RedisConnection {
  /** Runs a script. Rejects with a {@link RedisAway} when no answer comes, and with Redis's own error when it refuses. */
  run(script: Script, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown>;
  /** Runs one plain command. Rejects as `run` does. */
  command(...args: readonly string[]): Promise<unknown>;
  /** Closes the connection; commands that are not answered reject. */
  close(): void;
}

/** Opens a connection; `onLost` hears of its end, once, unless its owner closed it. */
export type Connect = (onLost: (error: RedisAway) => void) => Promise<RedisConnection>;

/** Redis does not answer. `reason` is for a log: it holds no part of the URL but host and port. */
export class RedisAway extends Error {
  override readonly name = 'RedisAway';

  /** @param sinceMs from when on Redis has possibly done nothing, on the clock of the connection */
  constructor(
    readonly reason: string,
    readonly sinceMs: number,
  ) {
    super(reason);
  }
}

/** A command without an answer for so long says that Redis is away: a delivery must not hang with it. */
const COMMAND_TIMEOUT_MS = 1_000;

/** A prefix of the errors that say that Redis is there, and refuses to log us in or to serve us: asking again does not help. */
const REFUSED =
  /^(NOAUTH|WRONGPASS|NOPERM|ERR AUTH|ERR invalid password|ERR Client sent AUTH|MOVED|READONLY)/i;

/** The parts of `@redis/client` that are used here. */
interface Client {
  connect(): Promise<unknown>;
  sendCommand(args: readonly string[]): Promise<unknown>;
  destroy(): void;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

type CreateClient = (options: object) => Client;

/**
 * Loads the client of Redis, and returns a function that opens a connection.
 *
 * @throws ConfigurationError `configuration_invalid` when `@redis/client` is not installed; the returned function rejects with the same when
 * Redis refuses the login, and with a {@link RedisAway} when it cannot be reached
 */
export async function prepareConnect(settings: RedisSettings, clock: Clock): Promise<Connect> {
  const createClient = await loadClient();
  return (onLost) => openConnection(createClient, settings, clock, onLost);
}

async function loadClient(): Promise<CreateClient> {
  try {
    const { createClient } = await import('@redis/client');
    return createClient;
  } catch (cause) {
    if (!/MODULE_NOT_FOUND/.test(String((cause as NodeJS.ErrnoException).code))) throw cause;
    const message =
      'sharing limits through Redis needs the package @redis/client, which is not installed: run npm install @redis/client@6 where gainsight-px is installed';
    throw new ConfigurationError('configuration_invalid', message, {
      issues: [{ path: '--redis', message }],
      cause,
    });
  }
}

async function openConnection(
  createClient: CreateClient,
  settings: RedisSettings,
  clock: Clock,
  onLost: (error: RedisAway) => void,
): Promise<RedisConnection> {
  const { host, port, tls, database, username, password } = settings;
  const client = createClient({
    socket: {
      host,
      port,
      ...(tls ? { tls: true } : {}),
      connectTimeout: COMMAND_TIMEOUT_MS,
      reconnectStrategy: false,
    },
    database,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    disableOfflineQueue: true,
    // The older protocol: nothing here needs the newer one, and proxies and forks of Redis know it.
    RESP: 2,
    maintNotifications: 'disabled',
    name: 'gainsight-px',
  });
  const connection = new ClientConnection(client, redisAddress(settings), clock, onLost);
  await connection.open();
  return connection;
}

class ClientConnection implements RedisConnection {
  #isOpen = false;
  #isOver = false;

  constructor(
    private readonly client: Client,
    private readonly address: string,
    private readonly clock: Clock,
    private readonly onLost: (error: RedisAway) => void,
  ) {
    // An `error` event without a listener would end the process. Errors of commands come as their rejections, too.
    client.on('error', (error) => {
      if (this.#isOpen) this.#end(this.#away(error, clock.nowMs()));
    });
  }

  async open(): Promise<void> {
    try {
      await this.#answered(this.client.connect());
      this.#isOpen = true;
    } catch (error) {
      this.close();
      throw error;
    }
  }

  async run(
    { sha, text }: Script,
    keys: readonly string[],
    args: readonly (string | number)[],
  ): Promise<unknown> {
    const rest = [String(keys.length), ...keys, ...args.map(String)];
    try {
      return await this.command('EVALSHA', sha, ...rest);
    } catch (error) {
      if (error instanceof RedisAway || !(error as Error).message.startsWith('NOSCRIPT')) throw error;
      return this.command('EVAL', text, ...rest);
    }
  }

  async command(...args: readonly string[]): Promise<unknown> {
    const sentMs = this.clock.nowMs();
    try {
      return await this.#answered(this.client.sendCommand(args), sentMs);
    } catch (error) {
      if (error instanceof RedisAway) this.#end(error);
      throw error;
    }
  }

  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    try {
      this.client.destroy();
    } catch {
      // It was not open.
    }
  }

  #end(error: RedisAway): void {
    if (this.#isOver) return;
    this.close();
    this.onLost(error);
  }

  /** The answer, or a `RedisAway` when none comes in time. */
  async #answered(answer: Promise<unknown>, sentMs = this.clock.nowMs()): Promise<unknown> {
    let giveUp!: (error: RedisAway) => void;
    const timeout = new Promise<never>((_, reject) => {
      giveUp = reject;
    });
    let stop = this.clock.after(COMMAND_TIMEOUT_MS, () => {
      // A busy process sees its timers first, and what it has received afterwards.
      stop = this.clock.after(0, () => {
        giveUp(new RedisAway(`${this.address} did not answer within ${COMMAND_TIMEOUT_MS} ms`, sentMs));
      });
    });
    try {
      return await Promise.race([answer, timeout]);
    } catch (error) {
      // When the timeout came first, the connection closes, and the answer rejects.
      answer.catch(() => undefined);
      throw this.#translated(error as Error);
    } finally {
      stop();
    }
  }

  /** Redis's own errors have the class `ErrorReply` or one of its kind; all others come from the connection. */
  #translated(error: Error): Error {
    if (error instanceof RedisAway) return error;
    if (!isReply(error)) return this.#away(error, this.clock.nowMs());
    if (!REFUSED.test(error.message)) return error;
    const [kind = ''] = error.message.split(' ');
    const message = `Redis at ${this.address} refuses to serve: ${kind}. ${remedy(kind)}`;
    return new ConfigurationError('configuration_invalid', message, {
      issues: [{ path: '--redis', message }],
    });
  }

  #away(error: Error, sinceMs: number): RedisAway {
    const { code } = error as NodeJS.ErrnoException;
    return new RedisAway(`${this.address} cannot be reached (${code ?? error.constructor.name})`, sinceMs);
  }
}

function isReply(error: Error): boolean {
  return /^(ErrorReply|SimpleError|BlobError)$/.test(error.constructor.name);
}

function remedy(kind: string): string {
  if (kind === 'MOVED') return 'A Redis Cluster is not supported: name a single server';
  if (kind === 'READONLY') return 'This is a replica: name the server that accepts writes';
  if (kind === 'NOPERM') return 'Allow this user EVAL, EVALSHA, INFO and keys that begin with {gainsight-px}';
  return 'Check the user in the URL, and the password in GAINSIGHT_PX_REDIS_PASSWORD or GAINSIGHT_PX_REDIS_URL';
}
