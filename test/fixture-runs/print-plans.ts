// What every fixture becomes, as one JSON text: run in processes with other time zones, to compare.
import { process as mapMessage, isDestinationError, type DestinationConfig } from '../../src';
import { loadFixtures } from './load-fixtures';

/** By the fixture's name: its plan, or the code of its error. */
export function plansOfAllFixtures(): Record<string, unknown> {
  return Object.fromEntries(
    loadFixtures().map(({ name, event, config }) => {
      try {
        return [name, mapMessage(event, config as unknown as DestinationConfig)];
      } catch (error) {
        if (isDestinationError(error)) return [name, error.code];
        throw error;
      }
    }),
  );
}

if (require.main === module) process.stdout.write(JSON.stringify(plansOfAllFixtures()));
