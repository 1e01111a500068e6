import { compile, type ConfigInput } from '../../../../src/destinations/gainsight_px/index';
import { messageKey } from '../../../../src/destinations/gainsight_px/messages/message-key';
import { expectsError, loadFixtures } from '../../../fixture-runs/load-fixtures';

it.each([
  ['the user of an identify', { type: 'identify', userId: 'ada' }, 'ada'],
  ['a number, as text', { type: 'track', userId: 7, event: 'e' }, '7'],
  ['the next source after a placeholder', { type: 'track', userId: 'null', anonymousId: 'a-1' }, 'a-1'],
  ['an id in context.traits', { type: 'identify', context: { traits: { id: 'ada' } } }, 'ada'],
  [
    'the member of a group, not an id in the traits of the account',
    { type: 'GROUP', traits: { id: 'acme' }, userId: 'ada' },
    'ada',
  ],
  ['the account of a group without a user', { type: 'group', groupId: 'acme', traits: { id: 'x' } }, 'acme'],
  ['the user of a message that PX has no call for', { type: 'page', userId: 'ada' }, 'ada'],
  ['the user of a message without a type', { userId: 'ada' }, 'ada'],
])('is %s', (_, message, key) => {
  expect(messageKey(message)).toBe(key);
});

it.each([
  ['nothing usable', { type: 'track', userId: ' ', event: 'e' }],
  ['a number that JSON readers round', { type: 'track', userId: 2 ** 60, traits: {} }],
  ['no object', 'text'],
  ['null', null],
  ['an array', [{ userId: 'ada' }]],
  [
    'an object that cannot be read',
    new Proxy(
      {},
      {
        get: () => {
          throw new Error('no');
        },
      },
    ),
  ],
])('is undefined for %s', (_, message) => {
  expect(messageKey(message)).toBeUndefined();
});

it('is the user whose lane a mapped message takes, and else the account', () => {
  let mapped = 0;
  for (const { event, config, expect: expected } of loadFixtures()) {
    if (expectsError(expected)) continue;
    const { lanes } = compile(config as ConfigInput).process(event);
    const user = lanes.find((lane) => lane.startsWith('user:'));
    const key = (user ?? lanes.find((lane) => lane.startsWith('account:')))?.replace(/^(user|account):/, '');
    if (key === undefined) continue;
    mapped += 1;
    expect(messageKey(event)).toBe(key);
  }
  expect(mapped).toBeGreaterThan(100);
});
