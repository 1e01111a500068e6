import type { RouteName } from '../../../core/index.js';

interface Held {
  readonly route: RouteName;
  readonly lanes: readonly string[];
  readonly settle: (retryable: boolean) => void;
}

/**
 * Defers the result of messages that got a 403, until later responses show the cause.
 *
 * A 403 is about the message or about the key. When a later request on the route succeeds, it was about the
 * message: not retryable. When the run ends without one, the message is retryable with another key. Earlier
 * success does not count, because a key can lose its permission during a run, and a useless retry costs less
 * than a lost message. After newer data was delivered in the same lane, the message is not retryable: it
 * would overwrite that data.
 */
export class HeldForbidden {
  readonly #held = new Set<Held>();

  hold(route: RouteName, lanes: readonly string[], settle: (retryable: boolean) => void): void {
    this.#held.add({ route, lanes, settle });
  }

  /** A response shows that the key may use the route. */
  onRouteOpen(route: RouteName): void {
    this.#release(false, (held) => held.route === route);
  }

  /** A later message of these lanes was delivered. */
  onDelivered(lanes: readonly string[]): void {
    this.#release(false, (held) => held.lanes.some((lane) => lanes.includes(lane)));
  }

  /** Settles all: as retryable at the end of a run, as not retryable when they fill the window. */
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
