import { isObject, typeName } from '../core/json-object.js';
import { InstrumentationError } from '../core/errors.js';
import type { DeliverOptions } from './options.js';

/**
 * Refuses what is no plan, where a program hands in something else by mistake.
 *
 * @throws InstrumentationError `plan_invalid` that says where and what was expected
 */
export function checkPlan(plan: unknown): void {
  if (!isObject(plan)) throw invalid('plan', 'a plan, as process makes it', plan);
  const { lanes, steps } = plan;
  if (!isTexts(lanes)) throw invalid('plan.lanes', 'an array of texts', lanes);
  if (!Array.isArray(steps) || steps.length === 0) throw invalid('plan.steps', 'an array of steps', steps);
  steps.forEach((step, index) => {
    checkStep(step, `plan.steps[${index}]`);
  });
}

/** @throws InstrumentationError `plan_invalid` */
export function checkDeliverOptions(options: DeliverOptions): void {
  if (!isObject(options)) throw invalid('options', 'an object', options);
  const { signal, alsoLanes = [], timeLeftMs = 0 } = options as Readonly<Record<string, unknown>>;
  if (signal !== undefined && !isSignal(signal)) throw invalid('options.signal', 'an AbortSignal', signal);
  if (!isTexts(alsoLanes)) throw invalid('options.alsoLanes', 'an array of texts', alsoLanes);
  if (typeof timeLeftMs !== 'number' || Number.isNaN(timeLeftMs)) {
    throw invalid('options.timeLeftMs', 'a number of milliseconds', timeLeftMs);
  }
}

/** Whether something can be listened to as a signal. */
export function isSignal(value: unknown): boolean {
  return typeof (value as Partial<AbortSignal> | null | undefined)?.addEventListener === 'function';
}

function checkStep(step: unknown, path: string): void {
  if (!isObject(step)) throw invalid(path, 'a step', step);
  const { id, route, request, on } = step;
  if (typeof id !== 'string') throw invalid(`${path}.id`, 'a text', id);
  if (typeof route !== 'string') throw invalid(`${path}.route`, 'the name of a route', route);
  if (on !== undefined && !isObject(on)) throw invalid(`${path}.on`, 'a table of verdicts', on);
  if (!isObject(request)) throw invalid(`${path}.request`, 'a request', request);
  const { method, endpoint, headers, body } = request;
  if (typeof method !== 'string') throw invalid(`${path}.request.method`, 'an HTTP method', method);
  if (typeof endpoint !== 'string' || !/^https?:\/\//i.test(endpoint) || !URL.canParse(endpoint)) {
    throw invalid(`${path}.request.endpoint`, 'a URL with http or https', endpoint);
  }
  if (!isObject(headers)) throw invalid(`${path}.request.headers`, 'an object of texts', headers);
  if (!isTexts(Object.values(headers)))
    throw invalid(`${path}.request.headers`, 'an object of texts', headers);
  if (body !== undefined && !isObject(body)) throw invalid(`${path}.request.body`, 'an object', body);
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function invalid(path: string, expected: string, found: unknown): InstrumentationError {
  const message = `expected ${expected}, found ${typeof found === 'string' ? 'another text' : typeName(found)}`;
  return new InstrumentationError('plan_invalid', `not sent, ${path}: ${message}`, {
    faults: [{ path, message }],
  });
}
