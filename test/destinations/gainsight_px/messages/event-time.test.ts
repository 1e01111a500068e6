import { eventTimesOf } from '../../../../src';

const AT = Date.UTC(2024, 0, 1);
const T = (days: number): string => new Date(AT + days * 86_400_000).toISOString();
const ms = (days: number): number => AT + days * 86_400_000;

describe('the times of a message', () => {
  it.each([
    ['timestamp', { timestamp: T(1), originalTimestamp: T(2) }, 1],
    ['originalTimestamp', { timestamp: 'soon', originalTimestamp: T(2) }, 2],
    ['originalTimestamp, when timestamp is a placeholder', { timestamp: 0, originalTimestamp: T(2) }, 2],
    ['timestamp in seconds', { timestamp: ms(3) / 1_000 }, 3],
    [
      'timestamp, whatever the traits say',
      { timestamp: T(1), traits: { timestamp: T(2), createdAt: T(3) } },
      1,
    ],
    [
      'timestamp, where the host mapped a message of reverse ETL',
      { channel: 'sources', context: { mappedToDestination: true, timestamp: T(2) }, timestamp: T(1) },
      1,
    ],
  ])('are those of %s', (_, message, days) => {
    expect(eventTimesOf({ type: 'identify', ...message })).toEqual({ user: ms(days) });
    expect(eventTimesOf({ type: 'Group', ...message })).toEqual({ user: ms(days), account: ms(days) });
  });

  it.each([
    [{ context: { timestamp: T(2), traits: { timestamp: T(3) } }, traits: { timestamp: T(4) } }, 2, 2, 2],
    [{ context: { traits: { timestamp: T(3) } }, traits: { timestamp: T(4) } }, 3, 3, 3],
    [{ traits: { timestamp: T(4) } }, 4, 1, 4],
    [{}, 1, 1, 1],
  ])('come out of the row in reverse ETL: %j', (message, identified, member, account) => {
    const synced = { channel: 'sources', timestamp: T(1), ...message };
    expect(eventTimesOf({ type: 'identify', ...synced })).toEqual({ user: ms(identified) });
    expect(eventTimesOf({ type: 'group', ...synced })).toEqual({ user: ms(member), account: ms(account) });
  });

  it.each([
    [{ type: 'identify' }],
    [{ type: 'group', timestamp: 'yesterday' }],
    [{ type: 'track', timestamp: T(1) }],
    [{ timestamp: T(1) }],
    [{ type: 7, timestamp: T(1) }],
    [null],
    ['identify'],
    [[{ type: 'identify', timestamp: T(1) }]],
  ])('are none for %j', (message) => {
    expect(eventTimesOf(message)).toEqual({});
  });
});
