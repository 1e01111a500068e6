import type { DestinationError } from '../../../core/index.js';

/** Faults of the key, and of a configuration that is not an object. */
const REPLACED: readonly string[] = ['', 'apiKey'];

/** Whether a fixture and a unit test fail as the page says: they hold another API key, in a configuration that is an object. */
export function showsFault(error: DestinationError | undefined): boolean {
  return error?.kind !== 'configuration' || !error.issues.some(({ path }) => REPLACED.includes(path));
}
