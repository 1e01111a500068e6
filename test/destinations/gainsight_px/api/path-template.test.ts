import { pathTemplate, PxApi, ROUTES, type RouteName } from '../../../../src/destinations/gainsight_px';

const NAMES = Object.keys(ROUTES) as RouteName[];

/** The template of each call about this id; the calls that cannot carry the id are left out. */
function templatesOf(id: string, preferencesVersion: 'v1' | 'v2' = 'v1'): Record<string, string> {
  const api = new PxApi({ origin: 'https://px.test', apiKey: 'key', preferencesVersion });
  return Object.fromEntries(
    NAMES.filter((name) => ROUTES[name].byBody !== undefined || id !== 'a/b').map((name) => {
      const { method, endpoint } = api.call(name, id).request;
      return [name, `${method} ${pathTemplate(name, endpoint)}`];
    }),
  );
}

const WITH_ID_IN_PATH = {
  'users.update': 'PUT /v1/users/{identifyId}',
  'users.create': 'POST /v1/users',
  'users.delete': 'DELETE /v1/users/{identifyId}',
  'users.deny': 'PUT /v1/users/denylist/{identifyId}',
  'accounts.update': 'PUT /v1/accounts/{id}',
  'accounts.create': 'POST /v1/accounts',
  'events.create': 'POST /v1/events/custom',
  'preferences.get': 'GET /v1/user/preferences/{identifyId}',
  'preferences.set': 'PUT /v1/user/preferences/{identifyId}',
};

test.each(['ada', 'ada@example.com', 'Ada Lovelace', 'v1', 'users', 'custom', "it's (me)"])(
  'no id is in it: %s',
  (id) => {
    expect(templatesOf(id)).toEqual(WITH_ID_IN_PATH);
  },
);

test('a call with its id in the body has its own path', () => {
  expect(templatesOf('a/b')).toMatchObject({
    'users.update': 'PUT /v1/users/update',
    'users.delete': 'DELETE /v1/users/delete',
    'accounts.update': 'PUT /v1/accounts/update',
    'preferences.get': 'POST /v1/user/preferences',
    'preferences.set': 'PUT /v1/user/preferences',
  });
});

test('it keeps the version of the API', () => {
  expect(templatesOf('ada', 'v2')).toMatchObject({
    'preferences.get': 'GET /v2/user/preferences/{identifyId}',
    'users.update': 'PUT /v1/users/{identifyId}',
  });
});
