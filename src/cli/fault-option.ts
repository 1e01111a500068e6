import { InvalidArgumentError } from 'commander';
import { parseFault, type FaultRule } from '../simulator/index.js';

/** Parses a fault of the simulator and adds it to those before it; for `argParser` of an option that may be repeated. */
export function addFault(text: string, before: readonly FaultRule[] = []): readonly FaultRule[] {
  try {
    return [...before, parseFault(text)];
  } catch (error) {
    if (error instanceof TypeError) throw new InvalidArgumentError(error.message);
    throw error;
  }
}
