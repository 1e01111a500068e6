import { orderingKey } from '../../../src/service/batch/ordering-key';

const METADATA = { workspaceId: 'w', destinationId: 'd', userId: 'a<<>>u', rudderId: 'a<<>>r' };

test('events are kept in order by userId, and by rudderId where there is none', () => {
  const { userId: _userId, ...byRudderId } = METADATA;
  expect(orderingKey(METADATA)).toBe(orderingKey({ ...METADATA, rudderId: 'other' }));
  expect(orderingKey(METADATA)).not.toBe(orderingKey({ ...METADATA, userId: 'other' }));
  expect(orderingKey(byRudderId)).toBe(orderingKey({ ...METADATA, userId: METADATA.rudderId }));
  expect(orderingKey({ ...METADATA, userId: null })).toBe(orderingKey(byRudderId));
});

test.each(['workspaceId', 'destinationId'])('another %s is another order', (name) => {
  expect(orderingKey({ ...METADATA, [name]: 'other' })).not.toBe(orderingKey(METADATA));
});

test('ids that are as one when put together are two orders', () => {
  const one = orderingKey({ ...METADATA, workspaceId: 'a', destinationId: 'b","c' });
  expect(one).not.toBe(orderingKey({ ...METADATA, workspaceId: 'a","b', destinationId: 'c' }));
});

test.each([{}, { userId: '' }, { rudderId: '' }, { userId: 7 }, { userId: null, rudderId: null }])(
  'an event without a user has none: %j',
  (user) => {
    expect(orderingKey({ workspaceId: 'w', destinationId: 'd', ...user })).toBeUndefined();
  },
);
