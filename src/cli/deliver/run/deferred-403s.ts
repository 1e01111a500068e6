interface Deferred {
  readonly route: string;
  readonly lanes: readonly string[];
  readonly settle: (retryable: boolean) => void;
}

/**
 * Messages that PX answered with 403, until it is clear what the 403 was about.
 *
 * A 403 is about the message or about the key. PX takes a later message on the same route: then it was about the
 * message, which is refused for good. The run ends without that: then the message is retryable, with a key that has the
 * permission. An earlier success on the route does not count, because a key can lose its permission during a run, and
 * sending in vain costs less than losing a message. Newer data of the same lane is delivered: then the message is
 * refused for good, because sending it again would overwrite that data.
 */
export class Deferred403s {
  readonly #deferred = new Set<Deferred>();

  defer(route: string, lanes: readonly string[], settle: (retryable: boolean) => void): void {
    this.#deferred.add({ route, lanes, settle });
  }

  /** PX took another message on this route: the key may use it. */
  onRouteOpen(route: string): void {
    this.#release(false, (deferred) => deferred.route === route);
  }

  /** A later message of these lanes was delivered. */
  onDelivered(lanes: readonly string[]): void {
    this.#release(false, (deferred) => deferred.lanes.some((lane) => lanes.includes(lane)));
  }

  /** Settles all of them: as retryable at the end of a run, or as refused for good when they hold up the input. */
  releaseAll(retryable: boolean): void {
    this.#release(retryable, () => true);
  }

  #release(retryable: boolean, concerns: (deferred: Deferred) => boolean): void {
    if (this.#deferred.size === 0) return;
    for (const deferred of this.#deferred) {
      if (!concerns(deferred)) continue;
      this.#deferred.delete(deferred);
      deferred.settle(retryable);
    }
  }
}
