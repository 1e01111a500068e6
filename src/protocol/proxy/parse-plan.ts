import {
  isObject,
  typeName,
  type JsonObject,
  PLAN_NOTES,
  type EventTimes,
  type Next,
  type PlanFailureCode,
  type RequestPlan,
  type Step,
  type RequestBody,
  type Settled,
} from '../../core/index.js';
import { isDataCenter } from '../destination/data-center.js';
import { PLAN_FORMAT, type WirePlan, type WireStep } from './plan-descriptor.js';
import { fromWireCall, type WireCall } from './wire-call.js';
import { isEventRoute, type PxApi } from '../../destinations/gainsight_px/index.js';
import { WireFormatError } from '../wire-format-error.js';

const SETTLED: ReadonlySet<string> = new Set<Settled>(['ok', 'notFound', 'rejected', 'denied']);
const FAILURES: ReadonlySet<unknown> = new Set<PlanFailureCode>([
  'user_not_found',
  'account_not_found',
  'rejected',
  'denied',
]);

/**
 * Parses the body of a descriptor as a plan. It checks every part: a body from the host's database may come from another version of this
 * service, or may not be a plan.
 *
 * @throws WireFormatError when it is not in the format of this version
 */
export function parseWirePlan(raw: unknown): WirePlan {
  const { format, dataCenter, preferencesApiVersion, lanes, calls, steps } = requireObject(raw, 'the plan');
  if (format !== PLAN_FORMAT) throw new WireFormatError(`the plan is not of format ${PLAN_FORMAT}`);
  if (!isDataCenter(dataCenter)) throw new WireFormatError('dataCenter: expected the name of a data center');
  if (preferencesApiVersion !== undefined && preferencesApiVersion !== 'v2') {
    throw new WireFormatError('preferencesApiVersion: expected v2 or nothing');
  }
  const parsedCalls = requireArray(calls, 'calls').map(parseCall);
  const stepList = requireArray(steps, 'steps');
  if (stepList.length === 0) throw new WireFormatError('steps: expected at least one');
  const ids = stepList.map((step) => (isObject(step) ? step.id : undefined));
  return {
    format: PLAN_FORMAT,
    dataCenter,
    ...(preferencesApiVersion === undefined ? {} : { preferencesApiVersion }),
    lanes: requireArray(lanes, 'lanes').map((lane) => requireText(lane, 'lanes')),
    calls: parsedCalls,
    steps: stepList.map((step, index) => parseStep(step, index, ids, parsedCalls.length)),
  };
}

/** The times of a plan's message. Without those of an object, or with anything else in their place, the object is written whole. */
export function parseEventTimes({ eventTimes }: JsonObject): EventTimes {
  if (!isObject(eventTimes)) return {};
  const { user, account } = eventTimes;
  return { ...(isTime(user) ? { user } : {}), ...(isTime(account) ? { account } : {}) };
}

/** The plan with the requests of its calls, with the URL and the key of `api`. */
export function buildPlan({ lanes, calls, steps }: WirePlan, api: PxApi): RequestPlan {
  const pxCalls = calls.map((call) => fromWireCall(api, call));
  const built = steps.map(({ id, call, on }): Step => ({
    id,
    ...pxCalls[call]!,
    ...(on === undefined ? {} : { on }),
  }));
  return { lanes, steps: built as [Step, ...Step[]] };
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function parseCall(raw: unknown): WireCall {
  const { route, target, body } = requireObject(raw, 'a call');
  if (!isEventRoute(route)) throw new WireFormatError('route: expected the name of a call');
  const call = { route, body: requireObject(body, 'the body of a call') as RequestBody };
  return target === undefined ? call : { ...call, target: requireText(target, 'target') };
}

function parseStep(raw: unknown, index: number, ids: readonly unknown[], calls: number): WireStep {
  const { id, call, on } = requireObject(raw, 'a step');
  if (typeof call !== 'number' || !Number.isInteger(call) || call < 0 || call >= calls) {
    throw new WireFormatError('call: expected the index of a call');
  }
  const step = { id: requireText(id, 'the id of a step'), call };
  return on === undefined || on === null ? step : { ...step, on: parseTable(on, ids.slice(index + 1)) };
}

function parseTable(raw: unknown, laterIds: readonly unknown[]): NonNullable<Step['on']> {
  const entries = Object.entries(requireObject(raw, 'the table of a step'));
  return Object.fromEntries(
    entries.map(([verdict, next]) => {
      if (!SETTLED.has(verdict)) throw new WireFormatError('on: expected verdicts that end a step');
      return [verdict, parseNext(next, laterIds)];
    }),
  );
}

/** A step may refer to later steps only, so every plan ends. */
function parseNext(raw: unknown, laterIds: readonly unknown[]): Next {
  const { to, id, code, answerOf, note } = requireObject(raw, 'an entry of a table');
  if (to === 'done') {
    // A note that only another version knows does not change the requests.
    const known = PLAN_NOTES.find((candidate) => candidate === note);
    return known === undefined ? { to } : { to, note: known };
  }
  if (to === 'step' && typeof id === 'string' && laterIds.includes(id)) return { to, id };
  if (to === 'fail' && FAILURES.has(code)) {
    const failure = { to, code: code as PlanFailureCode } as const;
    return typeof answerOf === 'string' ? { ...failure, answerOf } : failure;
  }
  throw new WireFormatError('an entry of a table: expected a later step, done or fail');
}

function requireObject(raw: unknown, what: string): JsonObject {
  if (isObject(raw)) return raw;
  throw new WireFormatError(`${what}: expected an object, found ${typeName(raw)}`);
}

function requireArray(raw: unknown, what: string): readonly unknown[] {
  if (Array.isArray(raw)) return raw;
  throw new WireFormatError(`${what}: expected an array, found ${typeName(raw)}`);
}

function requireText(raw: unknown, what: string): string {
  if (typeof raw === 'string') return raw;
  throw new WireFormatError(`${what}: expected a string, found ${typeName(raw)}`);
}
