interface QueuedRequest {
  /** How many requests the queue had served when this one's connection was last served. */
  readonly since: number;
  readonly serve: () => void;
}

/**
 * Serves requests one after another. The connection that was served longest ago comes first; a new connection counts as served at
 * the moment when its first request was read.
 *
 * A client that keeps its connection sends its next request as soon as it has its response, so this is about the order in which
 * requests were sent. The order in which Node reads them differs: epoll reports the connection that became ready last, last again
 * the next time, and so that client would wait twice as long as the others. New connections are served in the order of reading.
 */
export class FairQueue {
  /** In the order in which they will be served. */
  readonly #queue: QueuedRequest[] = [];
  /** For each connection, the number of requests that were served when it was served last. */
  readonly #lastServed = new WeakMap<object, number>();
  #served = 0;

  /** Queues a request; calls `serve` later, never before this returns. */
  add(connection: object, serve: () => void): void {
    const since = this.#lastServed.get(connection) ?? this.#served;
    const request: QueuedRequest = {
      since,
      serve: () => {
        this.#lastServed.set(connection, (this.#served += 1));
        serve();
      },
    };
    const before = this.#queue.findLastIndex((other) => other.since <= since);
    this.#queue.splice(before + 1, 0, request);
    // After Node has read everything that is ready. One request per callback: when a request sends nothing to PX, its parsed body
    // is garbage before the next body is parsed.
    setImmediate(() => {
      this.#queue.shift()!.serve();
    });
  }
}
