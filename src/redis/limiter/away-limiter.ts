import { createMemoryRateLimiter, type RateLimiter } from '../../router/index.js';
import type { Clock } from '../../runtime/index.js';
import type { RedisLink } from '../connection/link.js';
import { shareOf } from './share.js';

/** Grants a process its share while Redis is away: one request after another, for as long as one is wanted. */
export class AwayLimiter {
  readonly #limiter: RateLimiter;
  #asking: AbortController | undefined;

  /**
   * @param leftToday what all processes together may still send today
   * @param onAnswer one request is granted, by the name that `left` takes, or refused with an error
   */
  constructor(
    { limits, processes }: Pick<RedisLink, 'limits' | 'processes'>,
    leftToday: number,
    clock: Clock,
    private readonly onAnswer: (answer: { readonly granted: object } | { readonly refusal: Error }) => void,
  ) {
    const share = {
      requestsPerSecond: shareOf(limits.requestsPerSecond, processes),
      requestsPerDay: Math.floor(shareOf(leftToday, processes)),
    };
    this.#limiter = createMemoryRateLimiter(share, clock);
  }

  /** Says whether a request is wanted. One that is granted when it is not wanted any longer is lost: it counts, and is not sent. */
  want(isWanted: boolean): void {
    if (!isWanted) {
      this.#asking?.abort();
      this.#asking = undefined;
    } else if (this.#asking === undefined) this.#ask();
  }

  answered(): void {
    this.#limiter.answered?.();
  }

  /** @param granted undefined: granted by another */
  left(granted: object | undefined): void {
    if (granted !== undefined) this.#limiter.left?.(granted);
  }

  #ask(): void {
    const asking = new AbortController();
    this.#asking = asking;
    const granted = {};
    const answer = (given: Parameters<typeof this.onAnswer>[0]): void => {
      if (this.#asking !== asking) return;
      this.#asking = undefined;
      this.onAnswer(given);
    };
    this.#limiter.acquire(asking.signal, granted).then(
      () => {
        answer({ granted });
      },
      (refusal: unknown) => {
        answer({ refusal: refusal as Error });
      },
    );
  }
}
