import type { JsonObject } from '../../../core/index.js';
import { systemClock } from '../../../router/index.js';
import type { LivePart, ParsedLiveQuery, ServiceGroup } from '../../../service/index.js';
import type { StopRequest } from '../stop-request.js';
import { isOwnMessage, type FromWorker, type Query, type QueryAnswer, type ToWorker } from './messages.js';
import { RemoteRateLimits } from './remote-rate-limiter.js';

/** The part of `process` that a worker uses to talk to the primary process. */
export interface WorkerProcess {
  send?(message: unknown): unknown;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  disconnect?(): void;
}

/** A worker's side of the talk with the primary process. */
export class WorkerChannel {
  readonly limits = new RemoteRateLimits(systemClock, (message) => {
    this.send(message);
  });
  /** The primary process answers for all workers. */
  readonly group: ServiceGroup = {
    metrics: async () => (await this.#query({ what: 'metrics' })) as string,
    health: async () => (await this.#query({ what: 'health' })) as JsonObject,
    live: async (query) => (await this.#query({ what: 'live', query })) as readonly LivePart[],
    answerLive: (partOf) => {
      this.#partOf = partOf;
    },
  };
  readonly #queries = new Map<number, (value: QueryAnswer) => void>();
  #partOf: ((query: ParsedLiveQuery) => Promise<LivePart>) | undefined;
  #asked = 0;

  constructor(
    private readonly host: WorkerProcess,
    private readonly stopping: Pick<StopRequest, 'start' | 'hurry'>,
  ) {
    host.on('message', (message) => {
      if (isOwnMessage(message)) this.#receive(message as ToWorker);
    });
  }

  send(message: FromWorker): void {
    this.host.send?.(message);
  }

  /** Lets the process end. */
  close(): void {
    this.host.disconnect?.();
  }

  #receive(message: ToWorker): void {
    switch (message.kind) {
      case 'grant':
      case 'refuse':
        this.limits.onAnswer(message);
        break;
      case 'answer':
        this.#queries.get(message.id)?.(message.value);
        this.#queries.delete(message.id);
        break;
      case 'liveQuery':
        void this.#partOf?.(message.query).then((part) => {
          this.send({ kind: 'livePart', id: message.id, part });
        });
        break;
      case 'stop':
        this.stopping.start(message.graceful);
        break;
      case 'hurry':
        this.stopping.hurry();
        break;
    }
  }

  async #query(query: Query): Promise<Exclude<QueryAnswer, undefined>> {
    const id = (this.#asked += 1);
    const value = await new Promise<QueryAnswer>((resolve) => {
      this.#queries.set(id, resolve);
      this.send({ kind: 'query', id, ...query });
    });
    if (value === undefined) throw new Error(`the primary process has no ${query.what}`);
    return value;
  }
}
