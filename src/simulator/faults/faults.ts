import type { Method } from '../../core/index.js';
import type { SimulatedRoute } from '../http/routes.js';

/** The faults that have a name. What each does to the request, and whether PX has written by then, is in `FAULT_ACTIONS`. */
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
  | 'truncated-answer'
  | 'hang'
  | 'hang-after-write'
  | 'slow';

/** An answer of one's own in place of PX's. */
export interface FaultAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Whether the request is carried out first, and only its answer replaced. Default false. */
  readonly afterWrite?: boolean;
}

/** A right answer that comes late. */
export interface FaultDelay {
  readonly delayMs: number;
}

/** What goes wrong with one request. */
export type Fault = FaultName | FaultAnswer | FaultDelay;

/** What a fault rule sees of a request. */
export interface SimulatedRequest {
  readonly method: Method | (string & {});
  /** The request target as it came, with its query. */
  readonly target: string;
  /** `unknown` for what matches no route. */
  readonly route: SimulatedRoute;
  /** The id that the path or the body names, as PX would read it. */
  readonly id?: string;
}

/**
 * Which requests fail, and how. A rule counts the requests that match its `route` and `when`, from 1; without `nth` and
 * `every` each of them fails.
 *
 * @example
 * { fault: 'html-404', route: 'users.update', nth: 2 }   // the second update of a user
 * { fault: 'error-500', every: 7 }                       // each seventh request
 */
export interface FaultRule {
  readonly fault: Fault;
  readonly route?: SimulatedRoute | readonly SimulatedRoute[];
  /** Called once for a request, in the order of arrival. */
  readonly when?: (request: SimulatedRequest) => boolean;
  readonly nth?: number | readonly number[];
  readonly every?: number;
}

/** A rule as code, called once for each request: the fault to inject, or nothing. */
export type FaultScript = (request: SimulatedRequest) => Fault | undefined;

/** Counts requests per rule and says which one fails how. */
export class FaultInjector {
  readonly #scripts: readonly FaultScript[];

  constructor(faults: readonly (FaultRule | FaultScript)[]) {
    this.#scripts = faults.map((fault) => (typeof fault === 'function' ? fault : scriptOf(fault)));
  }

  /** The fault of this request; with several rules that fire, the first one's. Every rule counts the request all the same. */
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
