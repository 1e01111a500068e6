import type { DestinationError } from '../../core/index.js';
import type { ServiceLog } from '../options.js';

/** One process usually serves fewer destinations. */
const MOST_DESTINATIONS = 1000;
/** The host's ids take a tenth of this. */
const LONGEST_NAME = 200;

/**
 * Logs each destination, once, whose events wait until somebody corrects its configuration. The host retries them without
 * an end, and shows the reason to nobody.
 */
export class WaitingDestinations {
  /** The destinations that were logged last. */
  readonly #logged = new Set<string>();

  constructor(private readonly log: ServiceLog) {}

  /** @param destination its id, or another name of it */
  note(error: DestinationError, destination: string): void {
    if (error.code !== 'data_center_ambiguous') return;
    const name = destination.slice(0, LONGEST_NAME);
    if (this.#logged.has(name)) return;
    this.#logged.add(name);
    const [oldest] = this.#logged;
    if (this.#logged.size > MOST_DESTINATIONS && oldest !== undefined) this.#logged.delete(oldest);
    const fields = { destination: name, code: error.code, reason: error.message };
    this.log.error(fields, 'all events of a destination wait until its configuration is corrected');
  }
}
