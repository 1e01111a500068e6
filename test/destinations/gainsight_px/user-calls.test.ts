import {
  advance,
  deleteUser,
  denyUser,
  effectivePreferences,
  getPreferences,
  judge,
  setPreferences,
  type DestinationConfig,
  type Preferences,
  type RequestPlan,
} from '../../../src/index';
import { checkError, thrownBy } from '../../fixture-runs/check-expectation';
import { BASE_CONFIG } from '../../fixture-runs/load-fixtures';
import { INEXACT_NUMBERS, JUNK_IDS } from './hazardous-ids';

const US = 'https://api.aptrinsic.com';
const IN_BODY = ['a/b', 'x/../victim', '..', '50%off', 'a;b=c', 'update', 'delete', 'denylist', '🦜', ' u1'];

/** The only request of a plan: method, path, body. */
function requestOf(plan: RequestPlan): unknown[] {
  expect(plan.steps).toHaveLength(1);
  const { method, endpoint, body, headers } = plan.steps[0].request;
  expect(endpoint.startsWith(US)).toBe(true);
  expect(headers['X-APTRINSIC-API-KEY']).toBe(BASE_CONFIG.apiKey);
  expect('Content-Type' in headers).toBe(body !== undefined);
  return [method, endpoint.slice(US.length), body];
}

const afterStatus = (plan: RequestPlan, status: number) =>
  advance(plan, plan.steps[0].id, judge({ status })).to;
const refusal = (run: () => unknown) => thrownBy(run)?.code;

describe('deleteUser', () => {
  it('erases for good, with the id in the path', () => {
    const plan = deleteUser('ada@example.com', BASE_CONFIG);
    expect(requestOf(plan)).toEqual(['DELETE', '/v1/users/ada@example.com?hardDelete=true', undefined]);
    expect(plan.lanes).toEqual(['user:ada@example.com']);
    expect(plan.steps[0]).toMatchObject({ route: 'users.delete', request: { endpointPath: 'users' } });
  });

  test.each(IN_BODY)('has the id %p in the body', (id) => {
    expect(requestOf(deleteUser(id, BASE_CONFIG))).toEqual([
      'DELETE',
      '/v1/users/delete?hardDelete=true',
      { identifyId: id },
    ]);
  });

  it('takes a number', () => {
    expect(requestOf(deleteUser(0, BASE_CONFIG))[1]).toBe('/v1/users/0?hardDelete=true');
  });

  test.each([
    [200, 'done'],
    [204, 'done'],
    [404, 'done'],
    [403, 'fail'],
    [400, 'fail'],
    [500, 'retry'],
  ])('after %d: %s', (status, to) => {
    expect(afterStatus(deleteUser('u1', BASE_CONFIG), status)).toBe(to);
    expect(afterStatus(deleteUser('a/b', BASE_CONFIG), status)).toBe(to);
  });
});

describe('denyUser', () => {
  test.each([true, false])('denied: %p', (denied) => {
    const plan = denyUser('a+b', denied, BASE_CONFIG);
    expect(requestOf(plan)).toEqual(['PUT', '/v1/users/denylist/a%2Bb', { denied }]);
    expect(plan.lanes).toEqual(['user:a+b']);
    expect(afterStatus(plan, 404)).toBe('fail');
  });

  test.each(IN_BODY)('refuses the id %p: the call has no body form', (id) => {
    checkError(
      thrownBy(() => denyUser(id, true, BASE_CONFIG)),
      { error: { kind: 'instrumentation', code: 'id_not_allowed', path: 'identifyId' } },
    );
  });

  it('refuses an id of more than 512 encoded bytes', () => {
    expect(refusal(() => denyUser('x'.repeat(513), true, BASE_CONFIG))).toBe('id_not_allowed');
    expect(refusal(() => denyUser('x'.repeat(512), true, BASE_CONFIG))).toBeUndefined();
    // Encoded: six characters for the letter, three for each blank.
    expect(refusal(() => denyUser(`${'x'.repeat(506)}ä`, true, BASE_CONFIG))).toBeUndefined();
    expect(refusal(() => denyUser(`${'x'.repeat(507)}ä`, true, BASE_CONFIG))).toBe('id_not_allowed');
    expect(refusal(() => denyUser(`${'x y'.repeat(102)}zz`, true, BASE_CONFIG))).toBeUndefined();
    expect(refusal(() => denyUser(`${'x y'.repeat(102)}zzz`, true, BASE_CONFIG))).toBe('id_not_allowed');
  });
});

describe('getPreferences', () => {
  it('reads with the id in the path', () => {
    const plan = getPreferences('u1', BASE_CONFIG);
    expect(requestOf(plan)).toEqual(['GET', '/v1/user/preferences/u1', undefined]);
    expect(plan.steps[0]).toMatchObject({
      route: 'preferences.get',
      request: { endpointPath: 'preferences' },
    });
  });

  test.each(IN_BODY)('reads by POST with the id %p in the body', (id) => {
    expect(requestOf(getPreferences(id, BASE_CONFIG))).toEqual([
      'POST',
      '/v1/user/preferences',
      { identifyId: id },
    ]);
  });

  it('reads v2 when asked', () => {
    const config = { ...BASE_CONFIG, preferencesApiVersion: 'v2' } as const;
    expect(requestOf(getPreferences('u1', config))[1]).toBe('/v2/user/preferences/u1');
    expect(requestOf(getPreferences('a/b', config))[1]).toBe('/v2/user/preferences');
  });
});

describe('setPreferences', () => {
  it('writes the flags that are named, with the id in the path', () => {
    const plan = setPreferences('u1', { trackUsage: false, surveys: true }, BASE_CONFIG);
    expect(requestOf(plan)).toEqual(['PUT', '/v1/user/preferences/u1', { trackUsage: false, surveys: true }]);
    expect(afterStatus(plan, 204)).toBe('done');
    expect(afterStatus(plan, 404)).toBe('fail');
  });

  test.each(IN_BODY)('has the id %p in the body', (id) => {
    expect(requestOf(setPreferences(id, { surveys: false }, BASE_CONFIG))).toEqual([
      'PUT',
      '/v1/user/preferences',
      { identifyId: id, surveys: false },
    ]);
  });

  test.each([
    [{ marketing: false }, 'preference_unknown'],
    [{ surveys: 'off' }, 'preference_invalid'],
    [{}, 'preference_invalid'],
    [{ surveys: null }, 'preference_invalid'],
    [null, 'preference_invalid'],
  ])('refuses %j', (preferences, code) => {
    expect(refusal(() => setPreferences('u1', preferences as unknown as Preferences, BASE_CONFIG))).toBe(
      code,
    );
  });
});

describe('effectivePreferences', () => {
  it('says true where PX says null or nothing, as that is the default', () => {
    expect(effectivePreferences({ trackUsage: false, surveys: null, guidedTours: true })).toEqual({
      trackUsage: false,
      productUpdates: true,
      guidedTours: true,
      surveys: true,
      onboardingBot: true,
      trackEmailAnalytics: true,
    });
  });

  test.each([[null], [undefined], ['<html>'], [[]]])('takes any answer: %p', (answer) => {
    expect(Object.values(effectivePreferences(answer))).toEqual([true, true, true, true, true, true]);
  });
});

describe.each([
  ['deleteUser', (id: unknown, config: unknown) => deleteUser(id as string, config as DestinationConfig)],
  ['denyUser', (id: unknown, config: unknown) => denyUser(id as string, true, config as DestinationConfig)],
  [
    'getPreferences',
    (id: unknown, config: unknown) => getPreferences(id as string, config as DestinationConfig),
  ],
  [
    'setPreferences',
    (id: unknown, config: unknown) =>
      setPreferences(id as string, { surveys: true }, config as DestinationConfig),
  ],
])('%s', (name, call) => {
  it('refuses ids that are none', () => {
    for (const id of ['', ' ', null, undefined, {}, ['u1'], true, NaN, 'a\ud83e'])
      expect(refusal(() => call(id, BASE_CONFIG))).toBe('id_missing');
  });

  it('refuses numbers that JSON readers round: they may be somebody else', () => {
    for (const id of INEXACT_NUMBERS)
      checkError(
        thrownBy(() => call(id, BASE_CONFIG)),
        { error: { kind: 'instrumentation', code: 'id_not_exact', path: 'identifyId' } },
      );
    expect(call(2 ** 53 - 1, BASE_CONFIG).lanes).toEqual(['user:9007199254740991']);
  });

  it('takes placeholders as they are: what was written under one must be within reach', () => {
    for (const id of JUNK_IDS) {
      // No URL path can carry a bracket, and this call has no body form.
      if (name === 'denyUser' && id.includes('[')) continue;
      expect(call(id, BASE_CONFIG).lanes).toEqual([`user:${id}`]);
    }
  });

  it('refuses a wrong configuration', () => {
    expect(refusal(() => call('u1', { ...BASE_CONFIG, dataCenter: 'moon' }))).toBe('configuration_invalid');
  });

  it('goes to the data center of the configuration', () => {
    const { request } = call('u1', { ...BASE_CONFIG, dataCenter: 'eu' }).steps[0];
    expect(request.endpoint.startsWith('https://api-eu.aptrinsic.com/v1/')).toBe(true);
  });
});
