import type { RateLimiter } from '../../router/index.js';

/** Asks a limiter of this process for one request after another, for as long as one is wanted. */
export class AwayLimiter {
  #asking: AbortController | undefined;

  constructor(
    private readonly limiter: RateLimiter,
    private readonly onGrant: () => void,
    private readonly onRefuse: (error: Error) => void,
  ) {}

  /** Says whether a request is wanted. One that is granted when it is not wanted any longer is lost: it counts, and is not sent. */
  want(isWanted: boolean): void {
    if (!isWanted) {
      this.#asking?.abort();
      this.#asking = undefined;
    } else if (this.#asking === undefined) this.#ask();
  }

  answered(): void {
    this.limiter.answered?.();
  }

  #ask(): void {
    const asking = new AbortController();
    this.#asking = asking;
    const settle = (then: () => void): void => {
      if (this.#asking !== asking) return;
      this.#asking = undefined;
      then();
    };
    this.limiter.acquire(asking.signal).then(
      () => {
        settle(this.onGrant);
      },
      (error: unknown) => {
        settle(() => {
          this.onRefuse(error as Error);
        });
      },
    );
  }
}
