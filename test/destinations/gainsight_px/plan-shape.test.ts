import { advance, compile, maxRequests, type RequestPlan, type Settled } from '../../../src/index';
import { endOf } from '../../fixture-runs/check-expectation';
import { BASE_CONFIG } from '../../fixture-runs/load-fixtures';

const PREFERENCES = { userPreferences: { surveys: false } };
const identify = compile(BASE_CONFIG).process({ type: 'identify', userId: 'u1' });
const identifyInBody = compile(BASE_CONFIG).process({ type: 'identify', userId: 'a/b', traits: PREFERENCES });
const identifyWithPreferences = compile(BASE_CONFIG).process({
  type: 'identify',
  userId: 'u1',
  traits: PREFERENCES,
});
const groupMessage = { type: 'group', userId: 'u1', groupId: 'g1' };
const skipping = compile({ ...BASE_CONFIG, missingUserOnGroup: 'skip' });
const group = compile(BASE_CONFIG).process(groupMessage);
const groupFailing = compile({ ...BASE_CONFIG, missingUserOnGroup: 'fail' }).process(groupMessage);
const groupSkipping = skipping.process(groupMessage);
const accountAlone = skipping.process({ type: 'group', groupId: 'g1' });
const track = compile(BASE_CONFIG).process({ type: 'track', userId: 'u1', event: 'Report Opened' });
const ALL = {
  identify,
  identifyInBody,
  identifyWithPreferences,
  group,
  groupFailing,
  groupSkipping,
  accountAlone,
  track,
};

/** What a plan does after each verdict at each step: `step <id>`, `done`, `fail <code> of <step>`. */
function tableOf(plan: RequestPlan): Record<string, Record<Settled, string>> {
  const after = (at: string, verdict: Settled): string => {
    const next = advance(plan, at, verdict);
    if (next.to === 'step') return `step ${next.step.id}`;
    return endOf(next);
  };
  return Object.fromEntries(
    plan.steps.map(({ id }) => [
      id,
      {
        ok: after(id, 'ok'),
        notFound: after(id, 'notFound'),
        rejected: after(id, 'rejected'),
        denied: after(id, 'denied'),
      },
    ]),
  );
}

const fails = (id: string) => ({
  rejected: `fail rejected of ${id}`,
  denied: `fail denied of ${id}`,
});

test('identify: update, or create, or after a lost race update again', () => {
  expect(tableOf(identify)).toEqual({
    updateUser: { ...fails('updateUser'), ok: 'done', notFound: 'step createUser' },
    createUser: {
      ...fails('createUser'),
      ok: 'done',
      notFound: 'fail user_not_found of createUser',
      rejected: 'step updateUserAgain',
    },
    updateUserAgain: { ...fails('updateUserAgain'), ok: 'done', notFound: 'fail rejected of createUser' },
  });
  expect(maxRequests(identify)).toBe(3);
});

test('identify with preferences: whenever the user is written, the preferences follow', () => {
  expect(tableOf(identifyWithPreferences)).toEqual({
    updateUser: { ...fails('updateUser'), ok: 'step setPreferences', notFound: 'step createUser' },
    createUser: {
      ...fails('createUser'),
      ok: 'step setPreferences',
      notFound: 'fail user_not_found of createUser',
      rejected: 'step updateUserAgain',
    },
    updateUserAgain: {
      ...fails('updateUserAgain'),
      ok: 'step setPreferences',
      notFound: 'fail rejected of createUser',
    },
    setPreferences: {
      ...fails('setPreferences'),
      ok: 'done',
      notFound: 'fail user_not_found of setPreferences',
    },
  });
  expect(maxRequests(identifyWithPreferences)).toBe(4);
});

/** The account's part of a group message's plan, whose success leads to `whenWritten`. */
const accountTables = (whenWritten: string) => ({
  updateAccount: { ...fails('updateAccount'), ok: whenWritten, notFound: 'step createAccount' },
  createAccount: {
    ...fails('createAccount'),
    ok: whenWritten,
    notFound: 'fail account_not_found of createAccount',
    rejected: 'step updateAccountAgain',
  },
  updateAccountAgain: {
    ...fails('updateAccountAgain'),
    ok: whenWritten,
    notFound: 'fail rejected of createAccount',
  },
});

test('group: whenever the account is written, the user is linked, or created, or after a lost race linked again', () => {
  expect(tableOf(group)).toEqual({
    ...accountTables('step linkUser'),
    linkUser: { ...fails('linkUser'), ok: 'done', notFound: 'step createUser' },
    createUser: {
      ...fails('createUser'),
      ok: 'done',
      notFound: 'fail user_not_found of createUser',
      rejected: 'step linkUserAgain',
    },
    linkUserAgain: { ...fails('linkUserAgain'), ok: 'done', notFound: 'fail rejected of createUser' },
  });
  expect(maxRequests(group)).toBe(6);
});

test('group with missingUserOnGroup fail: an unknown user fails it, as something that may pass', () => {
  expect(tableOf(groupFailing)).toEqual({
    ...accountTables('step linkUser'),
    linkUser: { ...fails('linkUser'), ok: 'done', notFound: 'fail user_not_found of linkUser, retryable' },
  });
  expect(maxRequests(groupFailing)).toBe(4);
});

test('group with missingUserOnGroup skip: an unknown user is left out', () => {
  expect(tableOf(groupSkipping)).toEqual({
    ...accountTables('step linkUser'),
    linkUser: { ...fails('linkUser'), ok: 'done', notFound: 'done, link_skipped' },
  });
  expect(maxRequests(groupSkipping)).toBe(4);
});

test('group with missingUserOnGroup skip, without a user: the account alone', () => {
  expect(tableOf(accountAlone)).toEqual(accountTables('done, link_skipped'));
  expect(maxRequests(accountAlone)).toBe(3);
});

test('track: one request', () => {
  expect(tableOf(track)).toEqual({
    createEvent: { ...fails('createEvent'), ok: 'done', notFound: 'fail rejected of createEvent' },
  });
  expect(maxRequests(track)).toBe(1);
});

test.each(Object.entries(ALL))('%s: every request has the key and says that it is JSON', (_name, plan) => {
  for (const { request } of plan.steps) {
    expect(request.headers).toEqual({
      'X-APTRINSIC-API-KEY': BASE_CONFIG.apiKey,
      'Content-Type': 'application/json',
    });
    expect(Object.keys(request).sort()).toEqual(['body', 'endpoint', 'endpointPath', 'headers', 'method']);
  }
});

test.each(Object.entries(ALL))('%s: steps have names of their own and only point forward', (_name, plan) => {
  const ids = plan.steps.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const [at, { on = {} }] of plan.steps.entries()) {
    for (const next of Object.values(on))
      if (next.to === 'step') expect(ids.indexOf(next.id)).toBeGreaterThan(at);
  }
});

test('routes and throttling labels are those of the calls', () => {
  const labels = (plan: RequestPlan) =>
    plan.steps.map(({ id, route, request }) => [id, route, request.endpointPath]);
  expect(labels(identifyWithPreferences)).toEqual([
    ['updateUser', 'users.update', 'users'],
    ['createUser', 'users.create', 'users'],
    ['updateUserAgain', 'users.update', 'users'],
    ['setPreferences', 'preferences.set', 'preferences'],
  ]);
  expect(labels(group)).toEqual([
    ['updateAccount', 'accounts.update', 'accounts'],
    ['createAccount', 'accounts.create', 'accounts'],
    ['updateAccountAgain', 'accounts.update', 'accounts'],
    ['linkUser', 'users.update', 'users'],
    ['createUser', 'users.create', 'users'],
    ['linkUserAgain', 'users.update', 'users'],
  ]);
  expect(labels(track)).toEqual([['createEvent', 'events.create', 'events']]);
});

test('lanes are the user’s, for a group the account’s too, by the id as it is', () => {
  expect(identify.lanes).toEqual(['user:u1']);
  expect(identifyInBody.lanes).toEqual(['user:a/b']);
  expect(group.lanes).toEqual(['user:u1', 'account:g1']);
  expect(accountAlone.lanes).toEqual(['account:g1']);
  expect(track.lanes).toEqual(['user:u1']);
});
