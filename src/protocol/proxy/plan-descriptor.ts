import type { RequestPlan, Step } from '../../core/index.js';
import type { DataCenter } from '../../destinations/gainsight_px/index.js';
import { dataCenterAt } from '../destination/data-center.js';
import { toWireDescriptor, type WireDescriptor } from '../descriptor.js';
import { toWireCall, type WireCall } from './wire-call.js';

/**
 * Where a descriptor that holds a whole plan points to. The name never resolves (RFC 2606), so a host that was not set up to use the
 * delivery proxy gets a failure that it repeats and that says what is missing, in place of sending half of a plan.
 */
export const PLAN_ENDPOINT = 'https://set-router-gainsight-px-transformer-proxy-to-true.invalid/plan';

/** Raised when the form changes in a way that an older reader would misread. */
export const PLAN_FORMAT = 1;

/** A plan on its way through the host: route names, ids and bodies; no URL, no key. */
export interface WirePlan {
  readonly format: typeof PLAN_FORMAT;
  /** Which of PX's data centers was meant when the plan was made. */
  readonly dataCenter: DataCenter;
  /** Which version of the preferences' path was meant; absent for `v1`. */
  readonly preferencesApiVersion?: 'v2';
  /** The id of the message that the plan is of: the host's call of the delivery proxy tells none. Absent when it has none. */
  readonly messageId?: string;
  readonly lanes: readonly string[];
  /** Each once, though steps share them. */
  readonly calls: readonly WireCall[];
  readonly steps: readonly WireStep[];
}

/** A step whose request is one of the plan's calls. */
export interface WireStep {
  readonly id: string;
  /** Index into `calls`. */
  readonly call: number;
  readonly on?: NonNullable<Step['on']>;
}

/**
 * The descriptor that carries a whole plan to the delivery proxy.
 *
 * @throws RangeError when the plan is not one of an event
 * @example
 * toPlanDescriptor(plan).body.JSON; // { format: 1, dataCenter: 'US', lanes: […], calls: […], steps: […] }
 */
export function toPlanDescriptor(plan: RequestPlan, messageId?: string): WireDescriptor {
  return toWireDescriptor({
    method: 'POST',
    endpoint: PLAN_ENDPOINT,
    endpointPath: plan.steps[0].request.endpointPath,
    headers: { 'Content-Type': 'application/json' },
    body: toWirePlan(plan, messageId),
  });
}

function toWirePlan({ lanes, steps }: RequestPlan, messageId: string | undefined): WirePlan {
  const requests = [...new Set(steps.map(({ request }) => request))];
  const dataCenter = dataCenterAt(new URL(steps[0].request.endpoint).origin);
  if (dataCenter === undefined) throw new RangeError('the plan goes to no data center of PX');
  return {
    format: PLAN_FORMAT,
    dataCenter,
    ...(steps.some(isPreferencesV2) ? { preferencesApiVersion: 'v2' } : {}),
    ...(messageId === undefined ? {} : { messageId }),
    lanes,
    calls: requests.map((request) => toWireCall(steps.find((step) => step.request === request)!)),
    steps: steps.map(({ id, request, on }) => ({
      id,
      call: requests.indexOf(request),
      ...(on === undefined ? {} : { on }),
    })),
  };
}

function isPreferencesV2({ route, request }: Step): boolean {
  return route === 'preferences.set' && new URL(request.endpoint).pathname.startsWith('/v2/');
}
