import type { EventTimes, RequestPlan, Step } from '../../core/index.js';
import type { DataCenter } from '../../destinations/gainsight_px/index.js';
import { dataCenterAt } from '../destination/data-center.js';
import { toWireDescriptor, type WireDescriptor } from '../descriptor.js';
import { toWireCall, type WireCall } from './wire-call.js';

/**
 * The endpoint of a descriptor that contains a whole plan. The host name never resolves (RFC 2606). So a host without the setting for
 * the delivery proxy gets a retryable error that names the setting, and does not send a part of a plan.
 */
export const PLAN_ENDPOINT = 'https://set-router-gainsight-px-transformer-proxy-to-true.invalid/plan';

/** Increased when the format changes so that an older version would misread it. */
export const PLAN_FORMAT = 1;

/** A plan in the form that the host stores: route names, ids and bodies, no URL and no key. */
export interface WirePlan {
  readonly format: typeof PLAN_FORMAT;
  /** The data center for which the plan was made. */
  readonly dataCenter: DataCenter;
  /** The version of the preferences path for which the plan was made; absent for `v1`. */
  readonly preferencesApiVersion?: 'v2';
  /** The id of the plan's message, which the call of the delivery proxy does not contain. Absent when the message has none. */
  readonly messageId?: string | undefined;
  /** The times of the plan's message. Absent where the object memory is off, and in plans of older versions. */
  readonly eventTimes?: EventTimes | undefined;
  readonly lanes: readonly string[];
  /** The distinct calls; steps can share one. */
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
 * @throws RangeError when the plan does not come from an event
 * @example
 * toPlanDescriptor(plan).body.JSON; // { format: 1, dataCenter: 'US', lanes: […], calls: […], steps: […] }
 */
export function toPlanDescriptor(
  plan: RequestPlan,
  { messageId, eventTimes }: Pick<WirePlan, 'messageId' | 'eventTimes'> = {},
): WireDescriptor {
  return toWireDescriptor({
    method: 'POST',
    endpoint: PLAN_ENDPOINT,
    endpointPath: plan.steps[0].request.endpointPath,
    headers: { 'Content-Type': 'application/json' },
    body: {
      ...toWirePlan(plan),
      ...(messageId === undefined ? {} : { messageId }),
      ...(eventTimes === undefined ? {} : { eventTimes }),
    },
  });
}

function toWirePlan({ lanes, steps }: RequestPlan): WirePlan {
  const requests = [...new Set(steps.map(({ request }) => request))];
  const dataCenter = dataCenterAt(new URL(steps[0].request.endpoint).origin);
  if (dataCenter === undefined) throw new RangeError('the plan has a URL that is not of a data center of PX');
  return {
    format: PLAN_FORMAT,
    dataCenter,
    ...(steps.some(isPreferencesV2) ? { preferencesApiVersion: 'v2' } : {}),
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
