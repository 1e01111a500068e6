import { nearestName } from '../../../src/core/text/nearest-name';

const NAMES = ['pageEvents', 'sendIp', 'sendEventId', 'dataCenter', 'nestedAttributes'];

test.each([
  ['pageEvent', 'pageEvents'],
  ['pageevents', 'pageEvents'],
  ['PAGE_EVENTS', 'pageEvents'],
  ['pagEevents', 'pageEvents'],
  ['apgeEvents', 'pageEvents'],
  ['sendIP', 'sendIp'],
  ['sendId', 'sendIp'],
  ['dataCentre', 'dataCenter'],
  ['nestedAttribute', 'nestedAttributes'],
  ['sendIp', 'sendIp'],
])('%s means %s', (name, due) => {
  expect(nearestName(name, NAMES)).toBe(due);
});

test.each([[''], ['x'], ['events'], ['whitelistedEvents'], ['center'], ['x'.repeat(1_000_000)]])(
  'nothing is near to %.20s',
  (name) => {
    expect(nearestName(name, NAMES)).toBeUndefined();
  },
);

test('of several the nearest is taken, then the first', () => {
  expect(nearestName('abcdef', ['abcxyf', 'abcdxf'])).toBe('abcdxf');
  expect(nearestName('abcdef', ['abcdeg', 'abcdeh'])).toBe('abcdeg');
});
