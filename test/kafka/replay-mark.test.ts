import { ReplayedLetters, replayMark } from '../../src/kafka/replay-mark';
import type { KafkaRecord, OutgoingRecord } from '../../src/kafka/records';

const letter = (partition: number, offset: bigint) => ({ topic: 'dead', partition, offset });

const asRead = ({ value, headers = {} }: Pick<OutgoingRecord, 'value' | 'headers'>): KafkaRecord => ({
  ...letter(0, 0n),
  timestampMs: 0,
  key: undefined,
  value: Buffer.from(value),
  headers: new Map(Object.entries(headers)),
});

it('names letters as ranges, whatever their order', () => {
  const mark = replayMark('dead', [
    letter(0, 7n),
    letter(1, 3n),
    letter(0, 5n),
    letter(0, 6n),
    letter(0, 9n),
  ]);
  expect(mark).toEqual({
    topic: 'dead',
    key: undefined,
    value: '{"0":[["5","7"],["9","9"]],"1":[["3","3"]]}',
    headers: { 'gainsight-px-replayed': '1' },
  });
});

it('knows the letters of all marks, also where they overlap', () => {
  const replayed = new ReplayedLetters();
  const big = 2n ** 60n;
  for (const offsets of [[1n, 2n, 3n], [2n, 3n, 4n, 9n], [big]]) {
    const mark = replayMark(
      'dead',
      offsets.map((offset) => letter(2, offset)),
    );
    expect(replayed.add(asRead(mark))).toBe(true);
  }
  const known = [0n, 1n, 2n, 3n, 4n, 5n, 8n, 9n, 10n, big, big + 1n].filter((offset) =>
    replayed.has(letter(2, offset)),
  );
  expect(known).toEqual([1n, 2n, 3n, 4n, 9n, big]);
  expect(replayed.has(letter(0, 1n))).toBe(false);
});

it('takes no other record for a mark', () => {
  expect(new ReplayedLetters().add(asRead({ value: '{"0":[["1","2"]]}' }))).toBe(false);
});

it.each(['no json', '[]', '{"0":"all"}', '{"0":[["1"],["a","b"],[1,2],null]}'])(
  'ignores a broken mark: %s',
  (value) => {
    const replayed = new ReplayedLetters();
    expect(replayed.add(asRead({ value, headers: { 'gainsight-px-replayed': '1' } }))).toBe(true);
    expect(replayed.has(letter(0, 1n))).toBe(false);
  },
);
