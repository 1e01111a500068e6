import type { RequestPlan } from '../../core/index.js';
import { shortName } from '../../runtime/index.js';
import { isAppend } from './job-memory.js';

/**
 * The users and accounts that earlier jobs of a batch write to. A later job that was done before must write there again,
 * because the earlier job overwrites it. Events overwrite nothing.
 */
export class OverwrittenLanes {
  /** By jobs that this batch runs itself. */
  readonly #here = new Set<string>();
  /** By jobs that another batch is running. */
  readonly #elsewhere = new Set<string>();

  note(plan: RequestPlan, isShared: boolean): void {
    if (isAppend(plan)) return;
    for (const lane of plan.lanes) (isShared ? this.#elsewhere : this.#here).add(shortName(lane));
  }

  /** Whether a plan that is done must run again. */
  overtakesDone(plan: RequestPlan): boolean {
    return this.overtakesRunning(plan) || touches(this.#elsewhere, plan);
  }

  /** Whether a plan that another batch is running must run here as well. */
  overtakesRunning(plan: RequestPlan): boolean {
    return touches(this.#here, plan);
  }
}

function touches(overwritten: ReadonlySet<string>, plan: RequestPlan): boolean {
  return !isAppend(plan) && plan.lanes.some((lane) => overwritten.has(shortName(lane)));
}
