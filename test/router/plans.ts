import type { Next, RequestPlan, Step } from '../../src/core/plan';
import type { Method, RequestDescriptor } from '../../src/core/request';
import { effectAndObjectOf } from '../fixture-runs/effect-and-object';

export const API_KEY = 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6';
export const BASE_URL = 'https://px.test/v1';

/** Where a plan's requests go, and with which key. */
export interface Target {
  readonly baseUrl?: string;
  readonly apiKey?: string;
}

function request(
  method: Method,
  path: string,
  endpointPath: string,
  body: RequestDescriptor['body'],
  { baseUrl = BASE_URL, apiKey = API_KEY }: Target,
): RequestDescriptor {
  const headers = { 'X-APTRINSIC-API-KEY': apiKey, 'Content-Type': 'application/json' };
  return {
    method,
    endpoint: baseUrl + path,
    endpointPath,
    headers,
    ...(body === undefined ? {} : { body }),
  };
}

function step(id: string, route: string, of: RequestDescriptor, on?: Step['on']): Step {
  return {
    id,
    route,
    ...effectAndObjectOf({ route, request: of }),
    request: of,
    ...(on === undefined ? {} : { on }),
  };
}

function userSteps(
  userId: string,
  body: RequestDescriptor['body'],
  target: Target,
  whenWritten: string,
): Step[] {
  const ok = whenWritten === 'done' ? ({ to: 'done' } as const) : ({ to: 'step', id: whenWritten } as const);
  const update = request('PUT', `/users/${userId}`, 'users', body, target);
  const create = request('POST', '/users', 'users', { identifyId: userId, ...body }, target);
  return [
    step('updateUser', 'users.update', update, { ok, notFound: { to: 'step', id: 'createUser' } }),
    step('createUser', 'users.create', create, { ok, rejected: { to: 'step', id: 'updateUserAgain' } }),
    step('updateUserAgain', 'users.update', update, {
      ok,
      notFound: { to: 'fail', code: 'rejected', answerOf: 'createUser' },
    }),
  ];
}

/** Update or create a user. */
export function identifyPlan(userId: string, target: Target = {}): RequestPlan {
  const [first, ...others] = userSteps(userId, { email: `${userId}@px.test` }, target, 'done');
  return { lanes: [`user:${userId}`], steps: [first!, ...others] };
}

/** Update or create a user, then set its preferences. */
export function preferencesPlan(userId: string, target: Target = {}): RequestPlan {
  const [first, ...others] = userSteps(userId, { email: `${userId}@px.test` }, target, 'setPreferences');
  const set = request('PUT', `/user/preferences/${userId}`, 'preferences', { surveys: false }, target);
  return {
    lanes: [`user:${userId}`],
    steps: [first!, ...others, step('setPreferences', 'preferences.set', set)],
  };
}

/** Update or create an account, then link a user to it, who must exist, or else is left out. */
export function groupPlan(
  userId: string,
  accountId: string,
  target: Target = {},
  missing: Next = { to: 'fail', code: 'user_not_found' },
): RequestPlan {
  const linked = { to: 'step', id: 'linkUser' } as const;
  const update = request('PUT', `/accounts/${accountId}`, 'accounts', { plan: 'pro' }, target);
  const create = request('POST', '/accounts', 'accounts', { id: accountId, plan: 'pro' }, target);
  const link = request('PUT', `/users/${userId}`, 'users', { accountId }, target);
  return {
    lanes: [`user:${userId}`, `account:${accountId}`],
    steps: [
      step('updateAccount', 'accounts.update', update, {
        ok: linked,
        notFound: { to: 'step', id: 'createAccount' },
      }),
      step('createAccount', 'accounts.create', create, {
        ok: linked,
        rejected: { to: 'step', id: 'updateAccountAgain' },
      }),
      step('updateAccountAgain', 'accounts.update', update, {
        ok: linked,
        notFound: { to: 'fail', code: 'rejected', answerOf: 'createAccount' },
      }),
      step('linkUser', 'users.update', link, { notFound: missing }),
    ],
  };
}

/** Write one event. */
export function trackPlan(userId: string, eventName = 'clicked', target: Target = {}): RequestPlan {
  const create = request('POST', '/events/custom', 'events', { identifyId: userId, eventName }, target);
  return { lanes: [`user:${userId}`], steps: [step('createEvent', 'events.create', create)] };
}

/** Read a user's preferences. */
export function readPlan(userId: string, target: Target = {}): RequestPlan {
  const read = request('GET', `/user/preferences/${userId}`, 'preferences', undefined, target);
  return { lanes: [`user:${userId}`], steps: [step('getPreferences', 'preferences.get', read)] };
}
