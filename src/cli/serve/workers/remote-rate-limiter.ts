import { quotaUsedUp, type Clock, type LimitScope, type RateLimiter } from '../../../router/index.js';
import { waitFor } from '../../../runtime/index.js';
import type { FromWorker, ToWorker } from './messages.js';

/** After so long without an answer, connections are closed: the next requests wait for new ones, and leave late. */
const KEEP_ALIVE_MS = 4_000;
/** A request that waits for its connection has left after this time, or never arrives. */
const CONNECTED_MS = 2_000;

interface Waiting {
  readonly grant: () => void;
  readonly refuse: (error: Error) => void;
}

/** The rate limits of a worker: it asks the primary process, which counts for all workers. */
export class RemoteRateLimits {
  readonly #waiting = new Map<number, Waiting>();
  #asks = 0;

  constructor(
    private readonly clock: Clock,
    private readonly send: (message: FromWorker) => void,
  ) {}

  /** For `RouterOptions.rateLimiter`. */
  readonly limiterFor = (scope: LimitScope): RateLimiter => {
    let answeredMs = -Infinity;
    /** Tells of requests that wait for their connection. */
    const connecting = new Set<() => void>();
    return {
      acquire: async (signal) => {
        const id = await this.#permit(scope, signal);
        const left = (): void => {
          connecting.delete(left);
          cancelTimer();
          this.send({ kind: 'left', id });
        };
        const isConnected = this.clock.nowMs() - answeredMs <= KEEP_ALIVE_MS;
        const cancelTimer = this.clock.after(isConnected ? 0 : CONNECTED_MS, left);
        if (!isConnected) connecting.add(left);
      },
      answered: () => {
        answeredMs = this.clock.nowMs();
        for (const left of connecting) left();
      },
    };
  };

  /** The primary process has answered an ask. */
  onAnswer(message: ToWorker & { readonly kind: 'grant' | 'refuse' }): void {
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.kind === 'grant') waiting?.grant();
    else waiting?.refuse(quotaUsedUp(message.waitMs));
  }

  async #permit(scope: LimitScope, signal: AbortSignal): Promise<number> {
    const id = (this.#asks += 1);
    await waitFor(signal, (grant, refuse) => {
      this.#waiting.set(id, { grant, refuse });
      this.send({ kind: 'ask', id, scope });
      return () => {
        if (this.#waiting.delete(id)) this.send({ kind: 'withdraw', id });
      };
    });
    return id;
  }
}
