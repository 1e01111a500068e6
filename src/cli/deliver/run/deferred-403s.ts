interface Held {
  readonly route: string;
  readonly lanes: readonly string[];
  readonly settle: (retryable: boolean) => void;
}

/**
 * Messages that got a 403, until it shows whom it was about.
 *
 * A 403 may be about the message or about the key. When the route is open to others after it, it was about the message: refused for
 * good. When the run ends without that, the message is worth sending again, with a key that may: that the route was open before does not
 * count, as a key can lose its permission while a run goes on, and sending in vain costs less than a message that is never sent. But
 * never after newer data of the same lane: then sending it again would overwrite that.
 */
export class HeldForbidden {
  readonly #held = new Set<Held>();

  hold(route: string, lanes: readonly string[], settle: (retryable: boolean) => void): void {
    this.#held.add({ route, lanes, settle });
  }

  /** PX shows that the key may still use the route. */
  onRouteOpen(route: string): void {
    this.#release(false, (held) => held.route === route);
  }

  /** A later message of these lanes was delivered. */
  onDelivered(lanes: readonly string[]): void {
    this.#release(false, (held) => held.lanes.some((lane) => lanes.includes(lane)));
  }

  /** Lets all of them go: at the end of a run as retryable, and as refused for good when they stand in the way. */
  releaseAll(retryable: boolean): void {
    this.#release(retryable, () => true);
  }

  #release(retryable: boolean, concerns: (held: Held) => boolean): void {
    if (this.#held.size === 0) return;
    for (const held of this.#held) {
      if (!concerns(held)) continue;
      this.#held.delete(held);
      held.settle(retryable);
    }
  }
}
