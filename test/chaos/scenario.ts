import type { Reference } from './reference';
import type { ChaosMessage } from './workload';

/** What all scenarios are run with. */
export interface Scenario {
  readonly seed: number;
  readonly messages: readonly ChaosMessage[];
  readonly reference: Reference;
  readonly requestsPerSecond: number;
  /** How often `deliver` is killed. */
  readonly kills: number;
  readonly pxAwayMs: number;
}
