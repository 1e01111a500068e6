import type { DestinationError } from '../../core/index.js';
import type { ServiceLog } from '../options.js';

/** More destinations than one process usually serves. */
const MOST_DESTINATIONS = 1000;
/** Ids of hosts are a tenth of this. */
const LONGEST_NAME = 200;

/**
 * Logs once of each destination whose events wait until somebody corrects its configuration: the host is told to try again, and nobody else
 * would learn of it.
 */
export class WaitingDestinations {
  /** The latest of them. */
  readonly #logged = new Set<string>();

  constructor(private readonly log: ServiceLog) {}

  /** @param destination its id, or what else names it */
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
