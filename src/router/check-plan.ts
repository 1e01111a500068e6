import {
  isObject,
  typeName,
  type JsonObject,
  InstrumentationError,
  isDestinationError,
  PLAN_NOTES,
  type PlanFailureCode,
  type Effect,
  type Method,
  type Settled,
  type StepObject,
} from '../core/index.js';
import { isSignal } from '../runtime/index.js';
import type { DeliverOptions, Observed, Remembered } from './options.js';

/** The names of a union type: the compiler sees to it that none is missing. */
function namesOf<Name extends string>(names: Readonly<Record<Name, true>>): ReadonlySet<unknown> {
  return new Set(Object.keys(names));
}

const EFFECTS = namesOf<Effect>({ read: true, upsert: true, append: true, delete: true });
const KINDS = namesOf<StepObject['kind']>({ user: true, account: true });
const METHODS = namesOf<Method>({ GET: true, POST: true, PUT: true, DELETE: true });
const CODES = namesOf<PlanFailureCode>({
  user_not_found: true,
  account_not_found: true,
  rejected: true,
  denied: true,
});
const VERDICTS: readonly Settled[] = ['ok', 'notFound', 'rejected', 'denied'];
const NOTES: ReadonlySet<unknown> = new Set(PLAN_NOTES);

/** Without user and password, which `fetch` refuses. */
const HTTP_URL = /^https?:\/\/[^/?#@\\]+(?:[/?#]|$)/i;
/** What HTTP lets a header be (RFC 9110, section 5): a request with another one is never sent. */
const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/;
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * Refuses what is no plan, where a program hands in something else by mistake, before anything of it is sent.
 *
 * @throws InstrumentationError `plan_invalid` that says where and what was expected
 */
export function checkPlan(plan: unknown): void {
  readable('plan', plan, () => {
    if (!isObject(plan)) throw invalid('plan', 'a plan, as process makes it', plan);
    const { lanes, steps } = plan;
    if (!isTexts(lanes)) throw invalid('plan.lanes', 'an array of texts', lanes);
    if (!Array.isArray(steps) || steps.length === 0) throw invalid('plan.steps', 'an array of steps', steps);
    const places = new Map<unknown, number>();
    // Not forEach, which leaves out what is missing.
    for (let index = 0; index < steps.length; index += 1)
      checkStep(steps[index], `plan.steps[${index}]`, index, places);
    steps.forEach(({ on }: { on?: JsonObject }, index) => {
      if (on !== undefined) checkTable(on, `plan.steps[${index}].on`, index, places);
    });
  });
}

/** @throws InstrumentationError `plan_invalid` */
export function checkDeliverOptions(options: DeliverOptions): void {
  readable('options', options, () => {
    if (!isObject(options)) throw invalid('options', 'an object', options);
    const { signal, timeLeftMs = 0 } = options;
    if (signal !== undefined && !isSignal(signal)) throw invalid('options.signal', 'an AbortSignal', signal);
    if (typeof timeLeftMs !== 'number' || Number.isNaN(timeLeftMs)) {
      throw invalid('options.timeLeftMs', 'a number of milliseconds', timeLeftMs);
    }
    checkRemembered(options, 'options');
    checkObserved(options, 'options');
  });
}

/** Checks a job of a batch, except its plan. @throws InstrumentationError `plan_invalid` */
export function checkJob(job: unknown): void {
  readable('job', job, () => {
    if (!isObject(job)) throw invalid('job', 'an object', job);
    const { plan, outcome, instead, orderingKey } = job;
    if (plan === undefined && !isObject(outcome)) throw invalid('job', 'a plan or an outcome', job);
    if (instead !== undefined && typeof instead !== 'function')
      throw invalid('job.instead', 'a function', instead);
    if (orderingKey !== undefined && typeof orderingKey !== 'string')
      throw invalid('job.orderingKey', 'a text', orderingKey);
    checkRemembered(job, 'job');
    checkObserved(job, 'job');
  });
}

function checkObserved({ onRequest }: Observed, path: string): void {
  if (onRequest !== undefined && typeof onRequest !== 'function')
    throw invalid(`${path}.onRequest`, 'a function', onRequest);
}

function checkRemembered({ eventTimes, isRepeatedElsewhere }: Remembered, path: string): void {
  if (isRepeatedElsewhere !== undefined && typeof isRepeatedElsewhere !== 'boolean')
    throw invalid(`${path}.isRepeatedElsewhere`, 'true or false', isRepeatedElsewhere);
  if (eventTimes === undefined) return;
  if (!isObject(eventTimes)) throw invalid(`${path}.eventTimes`, 'an object', eventTimes);
  for (const [kind, time] of Object.entries(eventTimes)) {
    if (!KINDS.has(kind)) throw invalid(`${path}.eventTimes`, 'the keys user and account', kind);
    if (time !== undefined && !Number.isFinite(time))
      throw invalid(`${path}.eventTimes.${kind}`, 'epoch milliseconds', time);
  }
}

/** Checks; what cannot be looked at (a getter or proxy that throws) is refused as well. */
function readable(path: string, value: unknown, check: () => void): void {
  try {
    check();
  } catch (thrown) {
    throw isDestinationError(thrown) ? thrown : invalid(path, 'plain data that can be read', value);
  }
}

function checkStep(step: unknown, path: string, index: number, places: Map<unknown, number>): void {
  if (!isObject(step)) throw invalid(path, 'a step', step);
  const { id, route, effect, object, request, on } = step;
  if (typeof id !== 'string') throw invalid(`${path}.id`, 'a text', id);
  if (places.has(id)) throw invalid(`${path}.id`, 'a name that no other step has', id);
  places.set(id, index);
  if (typeof route !== 'string') throw invalid(`${path}.route`, 'a text', route);
  if (!EFFECTS.has(effect)) throw invalid(`${path}.effect`, 'read, upsert, append or delete', effect);
  if (object !== undefined) checkObject(object, `${path}.object`);
  if (on !== undefined && !isObject(on)) throw invalid(`${path}.on`, 'a table of verdicts', on);
  if (!isObject(request)) throw invalid(`${path}.request`, 'a request', request);
  const { method, endpoint, endpointPath, headers, body } = request;
  if (!METHODS.has(method)) throw invalid(`${path}.request.method`, 'GET, POST, PUT or DELETE', method);
  if (typeof endpoint !== 'string' || !HTTP_URL.test(endpoint) || !URL.canParse(endpoint)) {
    throw invalid(
      `${path}.request.endpoint`,
      'a URL with http or https, without user and password',
      endpoint,
    );
  }
  if (typeof endpointPath !== 'string') throw invalid(`${path}.request.endpointPath`, 'a text', endpointPath);
  checkHeaders(headers, `${path}.request.headers`);
  if (body === undefined) return;
  if (!isObject(body)) throw invalid(`${path}.request.body`, 'an object', body);
  if (method === 'GET') throw invalid(`${path}.request.body`, 'none with the method GET', body);
}

function checkObject(object: unknown, path: string): void {
  if (!isObject(object)) throw invalid(path, 'an object with kind and id', object);
  const { kind, id } = object;
  if (!KINDS.has(kind)) throw invalid(`${path}.kind`, 'user or account', kind);
  if (typeof id !== 'string') throw invalid(`${path}.id`, 'a text', id);
}

function checkHeaders(headers: unknown, path: string): void {
  if (!isObject(headers)) throw invalid(path, 'an object of texts', headers);
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value !== 'string') throw invalid(path, 'an object of texts', headers);
    // Neither is shown: the value may be the API key, and where names are wrong a key may be one.
    if (!HEADER_NAME.test(name) || !HEADER_VALUE.test(value))
      throw invalid(path, 'names and values that HTTP allows in a header', headers);
  }
}

/** A plan only goes forward, so it ends. */
function checkTable(on: JsonObject, path: string, index: number, places: ReadonlyMap<unknown, number>): void {
  for (const verdict of VERDICTS) {
    const next = on[verdict];
    if (next === undefined) continue;
    const at = `${path}.${verdict}`;
    if (!isObject(next)) throw invalid(at, 'what comes next: a step, done or fail', next);
    const { to, id, code, answerOf, note } = next;
    if (to === 'step') {
      if ((places.get(id) ?? -1) <= index) throw invalid(`${at}.id`, 'the id of a later step', id);
    } else if (to === 'fail') {
      if (!CODES.has(code)) throw invalid(`${at}.code`, 'the code of a failure', code);
      if (answerOf !== undefined && !places.has(answerOf))
        throw invalid(`${at}.answerOf`, 'the id of a step', answerOf);
    } else if (to !== 'done') throw invalid(`${at}.to`, 'step, done or fail', to);
    else if (note !== undefined && !NOTES.has(note)) throw invalid(`${at}.note`, 'the name of a note', note);
  }
}

function isTexts(value: unknown): value is readonly string[] {
  // A copy: `every` leaves out what is missing.
  return Array.isArray(value) && [...(value as unknown[])].every((item) => typeof item === 'string');
}

function invalid(path: string, expected: string, found: unknown): InstrumentationError {
  const message = `expected ${expected}, found ${typeof found === 'string' ? 'another text' : typeName(found)}`;
  return new InstrumentationError('plan_invalid', `not sent, ${path}: ${message}`, {
    issues: [{ path, message }],
  });
}
