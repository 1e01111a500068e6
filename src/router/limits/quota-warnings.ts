import { callQuietly } from '../../runtime/index.js';

/** The requests of a day run low, or are used up. */
export interface QuotaWarning {
  /** `low` at 80 % of the day's requests, `used_up` at 100 %. */
  readonly level: 'low' | 'used_up';
  /** Requests sent within the last 24 hours. */
  readonly used: number;
  /** Requests that may be sent within 24 hours. */
  readonly limit: number;
  /** How long it takes until the next request may be sent, in milliseconds; 0 while one may be sent now. */
  readonly waitMs: number;
}

/** Told once when a level is reached, and again when the use had fallen clearly below it: under 70 % or 90 %. What it throws is ignored. */
export type QuotaObserver = (warning: QuotaWarning) => void;

const LEVELS = [
  { level: 'used_up', from: 1, until: 0.9 },
  { level: 'low', from: 0.8, until: 0.7 },
] as const;

/**
 * Warns of a day's quota; for limiters.
 *
 * @example
 * const warnings = new QuotaWarnings(1_000_000, (warning) => log.warn(warning, 'daily quota'));
 * warnings.note({ used: 800_000, waitMs: 0 });
 */
export class QuotaWarnings {
  readonly #warned = new Set<QuotaWarning['level']>();

  constructor(
    readonly limit: number,
    private readonly onQuota: QuotaObserver = () => undefined,
  ) {}

  /** Notes the use after a request was let through or refused. */
  note({ used, waitMs }: Pick<QuotaWarning, 'used' | 'waitMs'>): void {
    const { limit } = this;
    let isWarned = false;
    for (const { level, from, until } of LEVELS) {
      if (used < until * limit) this.#warned.delete(level);
      if (used < from * limit || this.#warned.has(level)) continue;
      this.#warned.add(level);
      // The higher level says it all.
      if (!isWarned) callQuietly(() => this.onQuota({ level, used, limit, waitMs }));
      isWarned = true;
    }
  }
}
