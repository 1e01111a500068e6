import { startKafka, type KafkaBroker } from '../../engines/kafka-broker';
import { kafkaIo, recordsOf } from '../../engines/kafka-records';
import { deadLetterRecord } from '../../../src/kafka/dead-letter';
import { jsonLines } from '../cli';
import { runCommand } from '../kafka-command';

let broker: KafkaBroker | undefined;

beforeAll(async () => {
  broker = await startKafka();
});

afterAll(() => broker?.stop());

const [TOPIC, DEAD] = ['events', 'events.dead-letters'];

/** The message of the dead letter with this number: of three users, every third one of another code. */
const messageOf = (at: number): Record<string, unknown> => ({
  type: 'track',
  userId: `u${at % 3}`,
  event: at < 5 ? 'Early' : 'Late',
  at,
});

async function writeLetters(bootstrap: string, number: number): Promise<void> {
  const letters = Array.from({ length: number }, (_, at) => {
    const note = {
      code: at % 3 === 0 ? 'user_not_found' : 'rejected',
      reason: 'PX answered 400',
      retryable: at % 3 === 0,
      attempts: 1,
      original: { topic: TOPIC, partition: 0, offset: BigInt(at) },
      timeMs: Date.UTC(2026, 0, 31, at),
    };
    const headers = new Map([['trace', `t${at}`]]);
    return deadLetterRecord(DEAD, { key: `u${at % 3}`, value: JSON.stringify(messageOf(at)), headers, note });
  });
  await kafkaIo(bootstrap, ['produce'], letters.map((letter) => `${JSON.stringify(letter)}\n`).join(''));
}

test('list shows the dead letters of a topic, and replay sends each of them back once', async () => {
  if (broker === undefined) return; // `startKafka` has said so, and fails where a broker is required.
  const { bootstrap } = broker;
  await kafkaIo(bootstrap, ['create', TOPIC, 2, DEAD, 1]);
  await writeLetters(bootstrap, 9);
  const topic = ['--brokers', bootstrap, '--topic', DEAD];
  const list = async (...filters: string[]): Promise<Record<string, unknown>[]> =>
    jsonLines((await runCommand(['dead-letters', 'list', ...topic, '--json', ...filters])).stdout);
  const replay = async (...options: string[]): Promise<unknown> =>
    JSON.parse((await runCommand(['dead-letters', 'replay', ...topic, '--json', ...options])).stdout);

  const all = await list();
  expect(all).toHaveLength(9);
  expect(all[1]).toEqual({
    code: 'rejected',
    reason: 'PX answered 400',
    retryable: false,
    time: '2026-01-31T01:00:00.000Z',
    type: 'track',
    event: 'Early',
    attempts: 1,
    topic: DEAD,
    partition: 0,
    offset: '1',
    original: { topic: TOPIC, partition: 0, offset: '1' },
  });
  expect(
    (await list('--since', '2026-01-31T03:00Z', '--until', '2026-01-31T05:00Z')).map(({ offset }) => offset),
  ).toEqual(['3', '4']);

  // With a filter that leaves letters between: a later replay must still find those, and none of these.
  const none = { unreadable: 0, failed: 0, stopped: null };
  await expect(replay('--dry-run')).resolves.toEqual({ replayed: 9, leftOut: 0, ...none });
  await expect(replay('--code', 'user_not_found')).resolves.toEqual({ replayed: 3, leftOut: 6, ...none });
  await expect(replay('--code', 'user_not_found')).resolves.toEqual({ replayed: 0, leftOut: 6, ...none });
  expect((await list()).map(({ offset }) => offset)).toEqual(['1', '2', '4', '5', '7', '8']);
  await expect(replay('--event', 'Late')).resolves.toEqual({ replayed: 3, leftOut: 3, ...none });
  await expect(replay()).resolves.toEqual({ replayed: 3, leftOut: 0, ...none });
  await expect(list()).resolves.toEqual([]);
  await expect(list('--include-replayed')).resolves.toHaveLength(9);

  const records = await recordsOf(bootstrap, TOPIC);
  const numbers = records.map(({ value }) => (JSON.parse(value) as { at: number }).at).sort((a, b) => a - b);
  expect(numbers).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  for (const { key, value, headers } of records) {
    const { at } = JSON.parse(value) as { at: number };
    expect(JSON.parse(value)).toEqual(messageOf(at));
    expect(key).toBe(`u${at % 3}`);
    expect(headers).toEqual({ trace: `t${at}` });
  }
  expect(new Set(records.map(({ partition }) => partition)).size).toBeLessThanOrEqual(2);
});

test('a replay to a topic that does not exist loses nothing', async () => {
  if (broker === undefined) return;
  const { bootstrap } = broker;
  await kafkaIo(bootstrap, ['create', 'other.dead-letters', 1]);
  const note = { code: 'rejected', reason: '', retryable: false, attempts: 1, timeMs: 0 };
  const letter = deadLetterRecord('other.dead-letters', {
    key: 'u',
    value: '{}',
    note: { ...note, original: { topic: 'nowhere', partition: 0, offset: 0n } },
  });
  await kafkaIo(bootstrap, ['produce'], `${JSON.stringify(letter)}\n`);
  const topic = ['--brokers', bootstrap, '--topic', 'other.dead-letters', '--json'];
  const failed = await runCommand(['dead-letters', 'replay', ...topic]);
  expect(failed.code).toBe(1);
  expect(JSON.parse(failed.stdout)).toMatchObject({
    replayed: 0,
    failed: 1,
    stopped: expect.stringContaining('does not exist') as string,
  });
  expect(jsonLines((await runCommand(['dead-letters', 'list', ...topic])).stdout)).toHaveLength(1);
});
