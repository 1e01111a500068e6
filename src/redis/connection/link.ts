import { randomBytes } from 'node:crypto';
import type { Clock } from '../../runtime/index.js';
import { HEARTBEAT_MS, RECONNECT_MS } from '../timing.js';
import { RedisAway, type Connect, type RedisConnection } from './connect.js';
import { HEARTBEAT, LEAVE, REGISTRY_KEYS } from './registry.js';
import { UNLIMITED, type Script } from './script.js';

/** The limits of a process, or of all processes together; `Infinity` is none. */
export interface SharedLimits {
  readonly requestsPerSecond: number;
  readonly requestsPerDay: number;
}

/** Runs a script on the present connection. */
export type RunScript = (
  script: Script,
  keys: readonly string[],
  args: readonly (string | number)[],
) => Promise<unknown>;

/** What works through Redis, and must know when it cannot. */
export interface LinkMember {
  /** Redis has possibly done nothing since `sinceMs`. Nothing that only Redis allows may begin from now on. */
  away(sinceMs: number): void;
  /** Redis is back: reports what was done without it. Until `joined` or `away` nothing new may begin. */
  rejoin(run: RunScript, epoch: string): Promise<void>;
  /** Redis decides again. */
  joined(): void;
}

/** A change that somebody may want to hear of. */
export interface LinkChange {
  readonly isJoined: boolean;
  /** Why Redis is away; no part of it is secret. */
  readonly reason?: string;
}

/** The link of one process to Redis: a connection, made again whenever it is lost, and the process's entry in the registry. */
export class RedisLink {
  /** Unlike every other process's, in this life. */
  readonly id = randomBytes(9).toString('base64url');
  readonly #members = new Set<LinkMember>();
  #connection: RedisConnection | undefined;
  #stopTimer: (() => void) | undefined;
  #isClosed = false;
  #isJoined = false;
  #awaySinceMs: number;
  #epoch = '';
  #serverRun = '';
  #known = 0;
  #limits: SharedLimits;

  constructor(
    private readonly connect: Connect,
    private readonly clock: Clock,
    private readonly ownLimits: SharedLimits,
    private readonly assumedProcesses: number,
    private readonly onChange: (change: LinkChange) => void,
  ) {
    this.#awaySinceMs = clock.nowMs();
    this.#limits = ownLimits;
  }

  /** Whether Redis decides; otherwise this process is on its own. */
  get isJoined(): boolean {
    return this.#isJoined;
  }

  /** From when on Redis has possibly done nothing. */
  get awaySinceMs(): number {
    return this.#awaySinceMs;
  }

  /** Ends when Redis loses its data. */
  get epoch(): string {
    return this.#epoch;
  }

  /** How many processes there were lately, this one included; at least as many as the user says. */
  get processes(): number {
    return Math.max(1, this.#known, this.assumedProcesses);
  }

  /** The limits of all processes together: the lowest that one of them allows. */
  get limits(): SharedLimits {
    return this.#limits;
  }

  add(member: LinkMember): void {
    this.#members.add(member);
  }

  delete(member: LinkMember): void {
    this.#members.delete(member);
  }

  /** Tries once to connect and to join. Rejects as {@link Connect} does, and the link tries nothing on its own then. */
  async open(): Promise<void> {
    await this.#open();
  }

  /** Starts without Redis, and tries to join. */
  startAway(error: RedisAway): void {
    this.#awaySinceMs = this.clock.nowMs();
    this.onChange({ isJoined: false, reason: error.reason });
    this.#tryLater();
  }

  /** Runs a script. Rejects with a {@link RedisAway} when Redis is away, and then the members know it. */
  async run(script: Script, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    const connection = this.#connection;
    if (connection === undefined || !this.#isJoined) throw new RedisAway('away', this.#awaySinceMs);
    try {
      return await connection.run(script, keys, args);
    } catch (error) {
      if (this.#connection === connection) this.#lose(asAway(error, this.clock));
      throw asAway(error, this.clock);
    }
  }

  /** Redis remembers nothing of what it granted: all must join anew. */
  loseData(epoch: string): void {
    if (epoch === this.#epoch && this.#isJoined) {
      this.#lose(new RedisAway('its data were lost', this.clock.nowMs()));
    }
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#stopTimer?.();
    const connection = this.#connection;
    this.#connection = undefined;
    const wasJoined = this.#isJoined;
    this.#isJoined = false;
    for (const member of this.#members) member.away(this.clock.nowMs());
    if (wasJoined) await connection?.run(LEAVE, REGISTRY_KEYS, [this.id]).catch(() => undefined);
    connection?.close();
  }

  async #open(): Promise<void> {
    const connection = await this.connect((error) => {
      if (this.#connection === connection) this.#lose(error);
    });
    if (this.#isClosed) {
      connection.close();
      return;
    }
    this.#connection = connection;
    try {
      await this.#join(connection);
    } catch (error) {
      this.#connection = undefined;
      connection.close();
      throw error;
    }
  }

  /** What was sent meanwhile is reported before this process counts as back: as long as it is not, others leave its share alone. */
  async #join(connection: RedisConnection): Promise<void> {
    this.#serverRun = await serverRun(connection);
    const found = await connection.command('HGET', REGISTRY_KEYS[0]!, 'epoch');
    const epoch = typeof found === 'string' ? found : (await this.#beat(connection)).epoch;
    await Promise.all(
      [...this.#members].map((member) => member.rejoin((...args) => connection.run(...args), epoch)),
    );
    const beat = await this.#beat(connection);
    if (beat.epoch !== epoch) throw new RedisAway('its data were lost', this.clock.nowMs());
    if (this.#isClosed) return;
    this.#epoch = epoch;
    this.#isJoined = true;
    this.#later(HEARTBEAT_MS, () => void this.#heartbeat());
    for (const member of this.#members) member.joined();
    this.onChange({ isJoined: true });
  }

  async #heartbeat(): Promise<void> {
    const connection = this.#connection;
    if (connection === undefined) return;
    try {
      const { epoch } = await this.#beat(connection);
      if (this.#connection !== connection || this.#isClosed) return;
      if (epoch !== this.#epoch) this.loseData(this.#epoch);
      else this.#later(HEARTBEAT_MS, () => void this.#heartbeat());
    } catch (error) {
      if (this.#connection === connection) this.#lose(asAway(error, this.clock));
    }
  }

  async #beat(connection: RedisConnection): Promise<{ readonly epoch: string }> {
    const { requestsPerSecond, requestsPerDay } = this.ownLimits;
    const args = [
      this.id,
      toArgument(requestsPerSecond),
      toArgument(requestsPerDay),
      randomBytes(9).toString('base64url'),
      this.#serverRun,
    ];
    const [epoch, known, perSecond, perDay] = (await connection.run(HEARTBEAT, REGISTRY_KEYS, args)) as [
      string,
      number,
      number,
      number,
    ];
    this.#known = known;
    this.#limits = { requestsPerSecond: fromAnswer(perSecond), requestsPerDay: fromAnswer(perDay) };
    return { epoch };
  }

  #lose(error: RedisAway): void {
    const connection = this.#connection;
    this.#connection = undefined;
    connection?.close();
    if (this.#isClosed || !this.#isJoined) return;
    this.#isJoined = false;
    this.#awaySinceMs = error.sinceMs;
    for (const member of this.#members) member.away(error.sinceMs);
    this.onChange({ isJoined: false, reason: error.reason });
    this.#later(0, () => {
      this.#reopen();
    });
  }

  #reopen(): void {
    this.#open().catch(() => {
      for (const member of this.#members) member.away(this.#awaySinceMs);
      if (!this.#isClosed && !this.#isJoined) this.#tryLater();
    });
  }

  #tryLater(): void {
    this.#later(RECONNECT_MS, () => {
      this.#reopen();
    });
  }

  #later(delayMs: number, callback: () => void): void {
    this.#stopTimer?.();
    this.#stopTimer = this.clock.after(delayMs, callback);
  }
}

/** Whatever Redis answers but what was asked for: the process goes on without it. */
function asAway(error: unknown, clock: Clock): RedisAway {
  if (error instanceof RedisAway) return error;
  const { message } = error as Error;
  return new RedisAway(`it answers with an error: ${message.slice(0, 200)}`, clock.nowMs());
}

/** Another id for each start of the server; empty where it does not say one. */
async function serverRun(connection: RedisConnection): Promise<string> {
  const info = await connection.command('INFO', 'server');
  return /^run_id:(\w+)/m.exec(String(info))?.[1] ?? '';
}

function toArgument(limit: number): number {
  return limit === Infinity ? UNLIMITED : limit;
}

function fromAnswer(limit: number): number {
  return limit === UNLIMITED ? Infinity : limit;
}
