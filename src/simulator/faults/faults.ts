import type { Method } from '../../core/index.js';
import type { SimulatedRoute } from '../calls/index.js';

/**
 * The named faults. `…-after-write`, `truncated-answer` and `slow` carry out the request; the others do not.
 *
 * `destroy-…` closes the connection, `reset-…` resets it; `truncated-answer` sends half of the right answer; `hang` sends
 * nothing and keeps the connection open; `slow` answers one second later.
 */
export type FaultName =
  | 'error-500'
  | 'error-500-after-write'
  | 'empty-502'
  | 'html-503'
  | 'html-404'
  | 'html-403'
  | 'redirect-302'
  | 'timeout-408'
  | 'throttle-429'
  | 'destroy-before-write'
  | 'destroy-after-write'
  | 'reset-before-write'
  | 'reset-after-write'
  | 'truncated-answer'
  | 'hang'
  | 'hang-after-write'
  | 'slow';

/** An answer that replaces PX's answer. */
export interface FaultAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Carries out the request and replaces only its answer. Default false. */
  readonly afterWrite?: boolean;
}

/** The right answer, `delayMs` milliseconds later. */
export interface FaultDelay {
  readonly delayMs: number;
}

/** How one request fails. */
export type Fault = FaultName | FaultAnswer | FaultDelay;

/** A request, as a fault rule sees it. */
export interface SimulatedRequest {
  readonly method: Method | (string & {});
  /** The raw request target, with its query. */
  readonly target: string;
  /** `unknown` when no route matches. */
  readonly route: SimulatedRoute;
  /** The id in the path or in the body, as PX would read it. */
  readonly id?: string;
}

/**
 * Which requests fail, and how. A rule counts the requests that match its `route` and `when`, from 1. Without
 * `nth` and `every`, all matching requests fail.
 *
 * @example
 * { fault: 'html-404', route: 'users.update', nth: 2 }   // the second update of a user
 * { fault: 'error-500', every: 7 }                       // every seventh request
 */
export interface FaultRule {
  readonly fault: Fault;
  readonly route?: SimulatedRoute | readonly SimulatedRoute[];
  /** Called once for each request, in the order of arrival. */
  readonly when?: (request: SimulatedRequest) => boolean;
  readonly nth?: number | readonly number[];
  readonly every?: number;
}

/** A rule as a function: called once for each request, it returns the fault to inject, or undefined. */
export type FaultScript = (request: SimulatedRequest) => Fault | undefined;

/** Counts the requests of each rule and decides which request fails, and how. */
export class FaultInjector {
  readonly #scripts: readonly FaultScript[];

  constructor(faults: readonly (FaultRule | FaultScript)[]) {
    this.#scripts = faults.map((fault) => (typeof fault === 'function' ? fault : scriptOf(fault)));
  }

  /** The fault for this request: the first rule that matches decides, but every rule counts the request. */
  next(request: SimulatedRequest): Fault | undefined {
    let first: Fault | undefined;
    for (const script of this.#scripts) {
      const fault = script(request);
      first ??= fault;
    }
    return first;
  }
}

function scriptOf(rule: FaultRule): FaultScript {
  const { fault, when, every } = rule;
  const routes = rule.route === undefined ? undefined : new Set([rule.route].flat());
  const nth = rule.nth === undefined ? undefined : new Set([rule.nth].flat());
  let seen = 0;
  return (request) => {
    if (routes?.has(request.route) === false || when?.(request) === false) return undefined;
    seen += 1;
    const fires = (nth?.has(seen) ?? true) && (every === undefined || seen % every === 0);
    return fires ? fault : undefined;
  };
}
