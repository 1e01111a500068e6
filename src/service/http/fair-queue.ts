interface Waiting {
  /** How many had been served when this one began to wait, as far as can be known. */
  readonly since: number;
  readonly serve: () => void;
}

/**
 * Serves what was read one after another, and first whose connection was served the longest ago; a new connection counts as one that was
 * served when its first request was read.
 *
 * A client that keeps its connection sends its next request as soon as it has its answer, so that is about the order in which requests came.
 * The order in which they are read is another one: Linux tells last of the connection that became ready last, the next time too, so that it
 * would wait twice as long as all others. New connections are served in the order of reading.
 */
export class Turns {
  /** In the order of their turns. */
  readonly #waiting: Waiting[] = [];
  /** Of each connection, how many had been served when it was. */
  readonly #lastServed = new WeakMap<object, number>();
  #served = 0;

  /** Calls `serve` when it is its turn, never at once. */
  wait(connection: object, serve: () => void): void {
    const since = this.#lastServed.get(connection) ?? this.#served;
    const turn: Waiting = {
      since,
      serve: () => {
        this.#lastServed.set(connection, (this.#served += 1));
        serve();
      },
    };
    const before = this.#waiting.findLastIndex((other) => other.since <= since);
    this.#waiting.splice(before + 1, 0, turn);
    // Once all that is there has been read. One after another: where nothing is sent, what was parsed of one is garbage before the next is.
    setImmediate(() => {
      this.#waiting.shift()!.serve();
    });
  }
}
