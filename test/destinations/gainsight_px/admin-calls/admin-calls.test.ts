import { getSubscription, listAttributes, tryWrite } from '../../../../src/destinations/gainsight_px/index';

const config = { apiKey: 'k-1', productTagKey: 'AP-A-2', dataCenter: 'EU' } as const;
const headers = { 'X-APTRINSIC-API-KEY': 'k-1' };

test.each([
  [getSubscription(config), 'subscription.get', '/v1/admin/subscription'],
  [listAttributes('user', config), 'attributes.user', '/v1/admin/model/user/attributes'],
  [listAttributes('account', config), 'attributes.account', '/v1/admin/model/account/attributes'],
])('%# reads, of the data center of the configuration', (plan, route, path) => {
  expect(plan).toEqual({
    lanes: [],
    steps: [
      {
        id: route,
        route,
        effect: 'read',
        request: {
          method: 'GET',
          endpoint: `https://api-eu.aptrinsic.com${path}`,
          endpointPath: 'admin',
          headers,
        },
      },
    ],
  });
});

test('tryWrite updates one user, and never creates one', () => {
  const { steps } = tryWrite('nobody', config);
  expect(steps).toHaveLength(1);
  expect(steps[0]).toMatchObject({
    request: { method: 'PUT', endpoint: 'https://api-eu.aptrinsic.com/v1/users/nobody' },
    on: { notFound: { to: 'done' }, rejected: { to: 'done' } },
  });
});

test('a wrong configuration is refused', () => {
  expect(() => getSubscription({ apiKey: 'k' } as never)).toThrow('productTagKey');
});
