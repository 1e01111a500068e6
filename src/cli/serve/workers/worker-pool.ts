import type { JsonObject } from '../../../core/index.js';
import type { Clock, RateLimits } from '../../../router/index.js';
import type { ServiceAddress, ServiceLog } from '../../../service/index.js';
import { UsageError } from '../../io.js';
import { LiveParts } from './live-parts.js';
import { isOwnMessage, type FromWorker, type Query, type QueryAnswer, type ToWorker } from './messages.js';
import { SharedRateLimits } from './shared-rate-limits.js';

/** A worker process, as the pool uses it: one of `node:cluster`. */
export interface PoolWorker {
  readonly id: number;
  readonly process: { readonly pid?: number | undefined };
  isConnected(): boolean;
  /** Without the callback, a worker that has just gone would end this process by an `error` event. */
  send(message: ToWorker, callback: (error: Error | null) => void): unknown;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  on(event: 'exit', listener: (code: number | null, signal: string | null) => void): unknown;
}

/** What a pool needs. */
export interface PoolSettings {
  readonly workers: number;
  readonly limits: RateLimits;
  readonly clock: Clock;
  readonly log: ServiceLog;
  readonly fork: () => PoolWorker;
  /** Counts a worker that is replaced. */
  readonly onRestart: () => void;
  /** The metrics of all workers. */
  readonly metrics: () => Promise<string>;
}

/** The first wait before a worker is replaced that ended soon after its start; each further one is twice the former. */
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 30_000;
/** A worker that served for so long did not fail at its start. */
const STABLE_MS = 60_000;

/** The worker processes of one port: starts them, replaces those that end by themselves, and stops them together. */
export class WorkerPool {
  readonly #workers = new Map<number, PoolWorker>();
  readonly #serving = new Set<number>();
  readonly #limits: SharedRateLimits;
  readonly #liveParts: LiveParts;
  /** Workers that ended soon after their start, one after another. */
  #failures = 0;
  /** What the workers are told; undefined until they are to stop. */
  #stop: ToWorker | undefined;
  #onEmpty: () => void = () => undefined;
  #started!: (address: ServiceAddress) => void;
  #notStarted!: (error: Error) => void;
  #isStarted = false;

  constructor(private readonly settings: PoolSettings) {
    this.#limits = new SharedRateLimits(settings.limits, settings.clock, (worker, message) => {
      this.#send(worker, message);
    });
    this.#liveParts = new LiveParts(settings.clock, (worker, message) => {
      this.#send(worker, message);
    });
  }

  /** How many workers serve. */
  get serving(): number {
    return this.#serving.size;
  }

  /**
   * Starts the workers, and resolves when all of them serve.
   *
   * @throws UsageError when one cannot start
   */
  async start(): Promise<ServiceAddress> {
    const address = new Promise<ServiceAddress>((resolve, reject) => {
      this.#started = resolve;
      this.#notStarted = reject;
    });
    for (let number = 0; number < this.settings.workers; number += 1) this.#fork();
    try {
      const started = await address;
      this.#isStarted = true;
      return started;
    } catch (error) {
      await this.stop(false);
      throw error;
    }
  }

  /** Stops all workers, and resolves when they have ended. None is replaced any more. */
  async stop(graceful: boolean, hurry?: AbortSignal): Promise<void> {
    this.#stop = { kind: 'stop', graceful };
    this.#broadcast(this.#stop);
    const onHurry = (): void => {
      this.#broadcast({ kind: 'hurry' });
    };
    hurry?.addEventListener('abort', onHurry, { once: true });
    if (hurry?.aborted === true) onHurry();
    if (this.#workers.size > 0) {
      await new Promise<void>((resolve) => {
        this.#onEmpty = resolve;
      });
    }
    hurry?.removeEventListener('abort', onHurry);
  }

  #fork(): void {
    const worker = this.settings.fork();
    const startedMs = this.settings.clock.nowMs();
    this.#workers.set(worker.id, worker);
    worker.on('message', (message) => {
      if (isOwnMessage(message)) this.#receive(worker.id, message as FromWorker);
    });
    worker.on('exit', (code, signal) => {
      this.#ended(worker, { code, signal }, startedMs);
    });
  }

  #receive(worker: number, message: FromWorker): void {
    // A worker that was starting when all were told to stop has not heard it.
    const isFirst = message.kind === 'listening' || message.kind === 'failed';
    if (isFirst && this.#stop !== undefined) this.#send(worker, this.#stop);
    switch (message.kind) {
      case 'listening':
        this.#serving.add(worker);
        if (this.#serving.size === this.settings.workers) this.#started(message);
        break;
      case 'failed':
        this.#notStarted(new UsageError(message.message));
        break;
      case 'ask':
        this.#limits.ask(worker, message.id, message.scope);
        break;
      case 'withdraw':
        this.#limits.withdraw(worker, message.id);
        break;
      case 'left':
        this.#limits.left(worker, message.id);
        break;
      case 'query':
        void this.#answer(worker, message.id, message);
        break;
      case 'livePart':
        this.#liveParts.answered(worker, message.id, message.part);
        break;
    }
  }

  async #answer(worker: number, id: number, query: Query): Promise<void> {
    this.#send(worker, { kind: 'answer', id, value: await this.#answerTo(query) });
  }

  #answerTo(query: Query): QueryAnswer | Promise<QueryAnswer> {
    switch (query.what) {
      case 'health':
        return this.#health();
      case 'metrics':
        return this.settings.metrics().catch(() => undefined);
      case 'live':
        return this.#liveParts.ask(this.#serving, query.query);
    }
  }

  #health(): JsonObject {
    return { workers: { serving: this.serving, expected: this.settings.workers } };
  }

  #ended(
    { id, process: { pid } }: PoolWorker,
    end: { readonly code: number | null; readonly signal: string | null },
    startedMs: number,
  ): void {
    this.#workers.delete(id);
    this.#serving.delete(id);
    this.#limits.gone(id);
    this.#liveParts.gone(id);
    if (this.#stop !== undefined) {
      if (this.#workers.size === 0) this.#onEmpty();
      return;
    }
    if (!this.#isStarted) {
      this.#notStarted(
        new UsageError(`a worker process ended at its start (${endText(end)}): see its output`),
      );
      return;
    }
    const { clock, log, onRestart } = this.settings;
    this.#failures = clock.nowMs() - startedMs < STABLE_MS ? this.#failures + 1 : 0;
    const waitMs =
      this.#failures === 0 ? 0 : Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (this.#failures - 1));
    log.error({ worker: id, pid, ...end, waitMs }, 'a worker process ended by itself and is replaced');
    onRestart();
    clock.after(waitMs, () => {
      if (this.#stop === undefined) this.#fork();
    });
  }

  #send(id: number, message: ToWorker): void {
    const worker = this.#workers.get(id);
    if (worker?.isConnected() === true) worker.send(message, () => undefined);
  }

  #broadcast(message: ToWorker): void {
    for (const id of this.#workers.keys()) this.#send(id, message);
  }
}

function endText({ code, signal }: { readonly code: number | null; readonly signal: string | null }): string {
  return signal ?? `exit code ${code ?? 'unknown'}`;
}
