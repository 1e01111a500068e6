import { isObject } from '../core/index.js';
import { SIMULATED_ROUTES } from './calls/index.js';
import { isFault, parseFault, type FaultRule, type FaultScript } from './faults/index.js';
import { REFUSALS, type KeyPermissions, type RateLimit, type SimulatorSettings } from './options.js';

/**
 * Checks settings that come from JSON or from a caller, and returns them. A fault rule may be written as
 * text.
 *
 * @throws TypeError that names the first wrong setting and what was expected.
 */
export function parseSettings(input: unknown): SimulatorSettings {
  if (!isObject(input)) throw new TypeError('settings: expected an object');
  const { latencyMs, rateLimit, faults, readLag, permissions } = input;
  if (latencyMs !== undefined)
    demand(
      isAmount(latencyMs) || typeof latencyMs === 'function',
      'latencyMs',
      'a number of milliseconds, 0 or more, or a function that returns one',
    );
  if (isGiven(rateLimit)) checkRateLimit(rateLimit);
  if (isGiven(readLag)) checkReadLag(readLag);
  if (isGiven(permissions)) checkPermissions(permissions);
  if (isGiven(faults)) demand(Array.isArray(faults), 'faults', 'an array');
  return {
    ...(latencyMs === undefined ? {} : { latencyMs: latencyMs as number | (() => number) }),
    ...(rateLimit === undefined ? {} : { rateLimit: rateLimit as RateLimit | null }),
    ...(readLag === undefined ? {} : { readLag: readLag }),
    ...(permissions === undefined ? {} : { permissions: permissions as KeyPermissions | null }),
    ...(faults === undefined
      ? {}
      : { faults: faults === null ? null : (faults as unknown[]).map(parseFaultInput) }),
  };
}

const isGiven = (value: unknown) => value !== undefined && value !== null;

const isAmount = (value: unknown) => typeof value === 'number' && Number.isFinite(value) && value >= 0;

const isPositiveInteger = (value: unknown) => Number.isInteger(value) && (value as number) > 0;

function demand(isRight: boolean, path: string, expected: string): void {
  if (!isRight) throw new TypeError(`${path}: expected ${expected}`);
}

function checkRateLimit(limit: unknown): void {
  demand(isObject(limit), 'rateLimit', 'an object or null');
  const { requestsPerSecond, retryAfterSeconds } = limit as Record<string, unknown>;
  demand(isPositiveInteger(requestsPerSecond), 'rateLimit.requestsPerSecond', 'an integer, 1 or more');
  if (retryAfterSeconds !== undefined) {
    demand(isAmount(retryAfterSeconds), 'rateLimit.retryAfterSeconds', 'a number, 0 or more');
  }
}

function checkReadLag(lag: unknown): void {
  demand(isObject(lag), 'readLag', 'an object or null');
  const { requests = 0, ms = 0 } = lag as Record<string, unknown>;
  demand(isAmount(requests), 'readLag.requests', 'a number, 0 or more');
  demand(isAmount(ms), 'readLag.ms', 'a number of milliseconds, 0 or more');
}

function checkPermissions(permissions: unknown): void {
  demand(isObject(permissions), 'permissions', 'an object or null');
  const { read, write, refusal = '403' } = permissions as Record<string, unknown>;
  demand(typeof read === 'boolean', 'permissions.read', 'true or false');
  demand(typeof write === 'boolean', 'permissions.write', 'true or false');
  demand(
    REFUSALS.some((known) => known === refusal),
    'permissions.refusal',
    `one of ${REFUSALS.join(', ')}`,
  );
}

function parseFaultInput(input: unknown, index: number): FaultRule | FaultScript {
  const path = `faults[${index}]`;
  if (typeof input === 'function') return input as FaultScript;
  if (typeof input === 'string') return parseFault(input);
  demand(isObject(input), path, 'a rule, its text form, or a function');
  const rule = input as Record<string, unknown>;
  demand(isFault(rule.fault), `${path}.fault`, 'the name of a fault, {status} or {delayMs}');
  for (const route of rule.route === undefined ? [] : [rule.route].flat()) {
    demand(
      SIMULATED_ROUTES.has(route as string),
      `${path}.route`,
      `one of ${[...SIMULATED_ROUTES].join(', ')}`,
    );
  }
  for (const nth of rule.nth === undefined ? [] : [rule.nth].flat()) {
    demand(isPositiveInteger(nth), `${path}.nth`, 'an integer, 1 or more, or an array of them');
  }
  if (rule.every !== undefined)
    demand(isPositiveInteger(rule.every), `${path}.every`, 'an integer, 1 or more');
  if (rule.when !== undefined) demand(typeof rule.when === 'function', `${path}.when`, 'a function');
  return rule as unknown as FaultRule;
}
