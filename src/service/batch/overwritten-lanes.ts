import type { RequestPlan } from '../../core/index.js';
import { shortName } from '../../runtime/index.js';
import { isAppend } from './job-memory.js';

/**
 * The users and accounts that earlier jobs of a batch write to anew: what a later job wrote there before is no longer the newest, so it has to
 * be written again. Events overwrite nothing.
 */
export class OverwrittenLanes {
  /** By jobs that this batch runs. */
  readonly #here = new Set<string>();
  /** By jobs that another batch is running. */
  readonly #elsewhere = new Set<string>();

  note(plan: RequestPlan, isShared: boolean): void {
    if (isAppend(plan)) return;
    for (const lane of plan.lanes) (isShared ? this.#elsewhere : this.#here).add(shortName(lane));
  }

  /** Whether a plan that was run before has to be run again. */
  overtakesDone(plan: RequestPlan): boolean {
    return this.overtakesRunning(plan) || touches(this.#elsewhere, plan);
  }

  /** Whether a plan that another batch is running has to be run here as well. */
  overtakesRunning(plan: RequestPlan): boolean {
    return touches(this.#here, plan);
  }
}

function touches(overwritten: ReadonlySet<string>, plan: RequestPlan): boolean {
  return !isAppend(plan) && plan.lanes.some((lane) => overwritten.has(shortName(lane)));
}
