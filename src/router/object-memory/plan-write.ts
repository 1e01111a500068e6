import {
  creates,
  type ObjectWrite,
  type RequestDescriptor,
  type RequestPlan,
  type Step,
} from '../../core/index.js';
import { fieldsOf, withFields, type BodyFields } from './body-fields.js';
import { comparableTime, compareFields, type WritingEvent } from './compare-fields.js';
import { NOTHING_KNOWN, type KnownField, type KnownObject } from './known-object.js';

/** The calls that write the fields of objects, by route: see `DestinationApi.objectWrites`. */
export type ObjectWrites = Readonly<Record<string, ObjectWrite | 'apart'>>;

/** What the object memory kept a plan from sending. */
export interface Unsent {
  /** Requests that were not sent, because no field was left in them. */
  readonly steps: number;
  /** Fields that were not sent, because the destination holds their value. */
  readonly unchangedFields: number;
  /** Fields that were not sent, because a newer event wrote them. */
  readonly staleFields: number;
}

/** How a step is sent, and what is known of its object afterwards. */
export interface Write {
  /** `undefined`: nothing of it need be sent. */
  readonly request: RequestDescriptor | undefined;
  readonly unsent: Unsent;
  /** What is known when the request was accepted, or when there is none. */
  readonly whenAccepted: KnownObject;
  /** What is known when it was not, or may not have been: no value, but the times of newer events stay. */
  readonly otherwise: KnownObject;
  /** What is known when the object is gone. */
  readonly whenGone: KnownObject;
}

export const ALL_SENT: Unsent = { steps: 0, unchangedFields: 0, staleFields: 0 };

export function sumOf(a: Unsent, b: Unsent): Unsent {
  return {
    steps: a.steps + b.steps,
    unchangedFields: a.unchangedFields + b.unchangedFields,
    staleFields: a.staleFields + b.staleFields,
  };
}

/**
 * What to send of a step that writes an object. Pure.
 *
 * A create is sent whole: nothing is there yet. An update is sent without the fields that the object holds, or that a newer event wrote. After a
 * write of another kind, nothing is known.
 */
export function writeOf(
  step: Step,
  plan: RequestPlan,
  writes: ObjectWrites,
  known: KnownObject,
  event: WritingEvent,
): Write {
  const { request } = step;
  const rule = ruleOf(step, writes);
  const isBlind = known.blindUntilMs > event.nowMs;
  const whenGone = isBlind ? { ...NOTHING_KNOWN, blindUntilMs: known.blindUntilMs } : NOTHING_KNOWN;
  const fields = rule === undefined || isBlind ? undefined : fieldsOf(request.body ?? {}, rule);
  if (rule === undefined || fields === undefined)
    return { request, unsent: ALL_SENT, whenAccepted: whenGone, otherwise: whenGone, whenGone };
  const otherwise = { fields: withoutValues(known.fields), blindUntilMs: 0 };
  const whole = { request, unsent: ALL_SENT, otherwise, whenGone };
  if (creates({ effect: step.effect, method: request.method })) {
    return { ...whole, whenAccepted: createdWith(fields, updatedBy(plan, step, writes), event) };
  }

  const { toSend, needless, after } = compareFields(fields, known.fields, rule.alwaysSent, event);
  const whenAccepted = { fields: after, blindUntilMs: 0 };
  // Without a known field, the object itself may be missing.
  const isNeeded = toSend.size > 0 || after.size === 0 || event.eventMs === undefined;
  if (isNeeded && needless.size === 0) return { ...whole, whenAccepted };
  const reasons = [...needless.values()];
  const staleFields = reasons.filter((reason) => reason === 'stale').length;
  const unsent = {
    steps: isNeeded ? 0 : 1,
    unchangedFields: reasons.length - staleFields,
    staleFields,
  };
  const body = isNeeded ? withFields(request.body ?? {}, toSend, rule) : undefined;
  return {
    request: body === undefined ? undefined : { ...request, body },
    unsent,
    whenAccepted,
    otherwise,
    whenGone,
  };
}

/** The same fields with their times, but of none is the value known: an older event still does not overwrite them. */
function withoutValues(fields: ReadonlyMap<string, KnownField>): ReadonlyMap<string, KnownField> {
  return new Map([...fields].map(([name, field]) => [name, { ...field, text: '', sentMs: 0 }]));
}

/**
 * What is known of an object that was just created. What a create has more than the update of the same plan is a default, such as the time
 * of creation. No event says it, so it gives way to any event that does, also to an older one.
 */
function createdWith(
  fields: BodyFields,
  updated: BodyFields | undefined,
  { eventMs, nowMs }: WritingEvent,
): KnownObject {
  const saidMs = comparableTime(eventMs, nowMs) ?? -Infinity;
  const created = [...fields].map(([name, text]): [string, KnownField] => {
    const isSaid = updated === undefined || updated.has(name);
    return [name, { text, eventMs: isSaid ? saidMs : -Infinity, sentMs: nowMs, saidMs: nowMs }];
  });
  return { fields: new Map(created), blindUntilMs: 0 };
}

/** The fields of the plan's update of the same object; `undefined` where it has none. */
function updatedBy({ steps }: RequestPlan, created: Step, writes: ObjectWrites): BodyFields | undefined {
  for (const step of steps) {
    const rule = ruleOf(step, writes);
    const { object, effect, request } = step;
    if (rule === undefined || creates({ effect, method: request.method })) continue;
    if (object?.kind === created.object?.kind && object?.id === created.object?.id)
      return fieldsOf(request.body ?? {}, rule);
  }
  return undefined;
}

function ruleOf({ route, effect }: Step, writes: ObjectWrites): ObjectWrite | undefined {
  const rule = effect === 'upsert' && Object.hasOwn(writes, route) ? writes[route] : undefined;
  return rule === 'apart' ? undefined : rule;
}
