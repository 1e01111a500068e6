import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { startKafka, type KafkaBroker } from '../../engines/kafka-broker';
import { kafkaIo, recordsOf } from '../../engines/kafka-records';
import { cleanUp, tempFile } from '../cli';
import { runCommand, startCommand } from '../kafka-command';
import type { PublishSummary } from '../../../src/cli/publish/publish-summary';

const PASSWORD = 'hunter2-secret';

let broker: KafkaBroker | undefined;
let topics = 0;
const started: KafkaBroker[] = [];

beforeAll(async () => {
  broker = await startKafka();
});

afterEach(async () => {
  for (const extra of started.splice(0)) await extra.stop();
  await cleanUp();
});

afterAll(() => broker?.stop());

/** The test, or a passing one where there is no broker: `startKafka` has said so, and fails where a broker is required. */
function withKafka(name: string, run: (bootstrap: string, topic: string) => Promise<void>): void {
  test(name, async () => {
    if (broker !== undefined) await run(broker.bootstrap, `published-${(topics += 1)}`);
  });
}

const lines = (messages: readonly unknown[]): string =>
  messages.map((message) => `${typeof message === 'string' ? message : JSON.stringify(message)}\n`).join('');

/** Many messages of 100 users; the number of each message is in its `messageId`. */
function manyMessages(number: number): string {
  return lines(
    Array.from({ length: number }, (_, at) => ({
      type: 'track',
      userId: `u${at % 100}`,
      event: 'e',
      messageId: String(at),
      properties: { filling: 'x'.repeat(200) },
    })),
  );
}

/** Checks that all messages are there, those of a user in one partition and in their order, and returns how many are there twice. */
async function expectAll(bootstrap: string, topic: string, number: number): Promise<number> {
  const records = await recordsOf(bootstrap, topic);
  const seen = new Set<number>();
  const partitions = new Map<string, number>();
  const last = new Map<string, number>();
  const faults: string[] = [];
  for (const { partition, key, value } of records) {
    const { userId, messageId } = JSON.parse(value) as { userId: string; messageId: string };
    const at = Number(messageId);
    if (key !== userId || (partitions.get(userId) ?? partition) !== partition) faults.push(`key of ${at}`);
    partitions.set(userId, partition);
    // A message that is there twice may come after later ones, but each comes first in the order of its user.
    if (!seen.has(at) && at < (last.get(userId) ?? -1)) faults.push(`order of ${at}`);
    last.set(userId, Math.max(at, last.get(userId) ?? -1));
    seen.add(at);
  }
  expect(faults).toEqual([]);
  expect(seen.size).toBe(number);
  expect(new Set(partitions.values()).size).toBeGreaterThan(1);
  return records.length - seen.size;
}

withKafka(
  'publishes each readable message as a record with the key of its user',
  async (bootstrap, topic) => {
    const messages = [
      { type: 'identify', userId: 'ada', traits: { n: 1 } },
      { type: 'page', anonymousId: 'anon', name: 'Home' },
      { type: 'track', userId: 'ada', event: 'e', integrations: { All: false } },
      { type: 'group', groupId: 'acme', traits: { plan: 'pro' } },
      { type: 'alias' },
    ];
    const file = tempFile(
      'events.jsonl',
      lines([...messages.slice(0, 2), { batch: messages.slice(2), context: { ip: '::1' } }]),
    );
    const args = ['publish', file, '--brokers', bootstrap, '--topic', topic, '--json'];
    const ran = await runCommand([...args, '--setup', '--partitions', '3', '--replication-factor', '1']);
    expect(ran).toMatchObject({ code: 0 });
    expect(ran.stderr).toContain(`created the topic ${topic}: 3 partitions, replication factor 1`);
    expect(ran.stderr).toContain(`created the topic ${topic}.dead-letters: 1 partition`);
    const { messages: counted } = JSON.parse(ran.stdout) as PublishSummary;
    expect(counted).toMatchObject({ read: 5, published: 5, rejected: 0, withoutKey: 1 });

    const records = await recordsOf(bootstrap, topic);
    const context = { ip: '::1' };
    const expected = messages.map((message, at) => (at < 2 ? message : { ...message, context }));
    expect(records.map(({ value }) => JSON.parse(value) as unknown)).toEqual(
      expect.arrayContaining(expected),
    );
    expect(records).toHaveLength(5);
    const keys = records.map(({ key, value }) => [(JSON.parse(value) as { type: string }).type, key ?? null]);
    expect(keys.sort()).toEqual([
      ['alias', null],
      ['group', 'acme'],
      ['identify', 'ada'],
      ['page', 'anon'],
      ['track', 'ada'],
    ]);
    expect(existsSync(`${file}.gainsight-px-checkpoint`)).toBe(false);
  },
);

withKafka('leaves a topic that exists as it is, and says where it differs', async (bootstrap, topic) => {
  await kafkaIo(bootstrap, ['create', topic, 2]);
  const args = ['publish', '--brokers', bootstrap, '--topic', topic, '--setup'];
  const ran = await runCommand([...args, '--partitions', '5'], { stdin: '{"type":"track","userId":"u"}' });
  expect(ran).toMatchObject({ code: 0 });
  expect(ran.stderr).toContain(
    `the topic ${topic} exists with 2 partitions, replication factor 1, and stays so`,
  );
  const again = await runCommand(args, { stdin: '' });
  expect(again.stderr).not.toContain('exists');
});

withKafka(
  'rejects what is not readable or too large, and publishes its neighbours',
  async (bootstrap, topic) => {
    await kafkaIo(bootstrap, ['create', topic, 1]);
    const big = { type: 'track', userId: 'big', properties: { text: 'x'.repeat(1_100_000) } };
    const file = tempFile(
      'events.jsonl',
      lines([{ type: 'track', userId: 'a' }, 'no json', big, { type: 'track', userId: 'b' }]),
    );
    const rejected = `${file}.rejected`;
    const args = ['--brokers', bootstrap, '--topic', topic, '--json'];
    const ran = await runCommand(['publish', file, ...args, '--rejected', rejected]);
    expect(ran.code).toBe(1);
    expect(JSON.parse(ran.stdout)).toMatchObject({
      messages: { published: 2, rejected: 2, retryable: 1 },
      goOnAfter: null,
      checkpoint: null,
    });
    const notes = readFileSync(rejected, 'utf8').trim().split('\n');
    expect(notes).toHaveLength(2);
    expect(notes[0]).toContain('"code":"not_json"');
    expect(notes[1]).toContain('"code":"message_too_large"');
    expect(notes[1]).toContain(`the topic ${topic} takes 1,048,588 at most: raise its max.message.bytes`);
    expect((await recordsOf(bootstrap, topic)).map(({ key }) => key)).toEqual(['a', 'b']);
  },
);

withKafka('asks for a topic that exists, and for brokers that answer', async (bootstrap, topic) => {
  const stdin = '{"type":"track"}';
  const missing = await runCommand(['publish', '--brokers', bootstrap, '--topic', topic], { stdin });
  expect(missing).toMatchObject({ code: 2, stdout: '' });
  expect(missing.stderr).toContain(`the topic ${topic} does not exist: create it with --setup`);
  const nobody = await runCommand(['publish', '--brokers', '127.0.0.1:1', '--topic', topic], { stdin });
  expect(nobody).toMatchObject({ code: 2, stdout: '' });
  expect(nobody.stderr).toContain('no broker answers (ECONNREFUSED)');
});

withKafka(
  'continues after a kill: nothing is missing, and each user keeps the order',
  async (bootstrap, topic) => {
    const number = 40_000;
    await kafkaIo(bootstrap, ['create', topic, 4]);
    const file = tempFile('events.jsonl', manyMessages(number));
    const args = ['publish', file, '--brokers', bootstrap, '--topic', topic, '--json'];
    const checkpoint = `${file}.gainsight-px-checkpoint`;
    const { child, ended } = startCommand(args);
    const isBegun = (): boolean =>
      existsSync(checkpoint) && /"upTo":[1-9]/.test(readFileSync(checkpoint, 'utf8'));
    while (!isBegun() && child.exitCode === null) await sleep(5);
    child.kill('SIGKILL');
    expect((await ended).signal).toBe('SIGKILL');

    const ran = await runCommand(args);
    expect(ran.code).toBe(0);
    const summary = JSON.parse(ran.stdout) as PublishSummary;
    expect(summary).toMatchObject({
      runs: 2,
      resumed: true,
      left: 0,
      messages: { read: number, published: number },
    });
    const twice = await expectAll(bootstrap, topic, number);
    expect(twice).toBeLessThanOrEqual(summary.possibleDuplicates);
    expect(existsSync(checkpoint)).toBe(false);
  },
);

withKafka('stops when no broker answers for --retry-for, and continues later', async (_, topic) => {
  const own = await startKafka();
  started.push(own!);
  const { bootstrap } = own!;
  await kafkaIo(bootstrap, ['create', topic, 4]);
  const number = 20_000;
  const file = tempFile('events.jsonl', manyMessages(number));
  const args = ['publish', file, '--brokers', bootstrap, '--topic', topic, '--json', '--retry-for', '1s'];
  const checkpoint = `${file}.gainsight-px-checkpoint`;
  const { child, ended } = startCommand(args);
  while (!existsSync(checkpoint) && child.exitCode === null) await sleep(5);
  await own!.kill();
  const stopped = await ended;
  expect(stopped.code).toBe(1);
  expect(stopped.stderr).toContain('Kafka is not answering');
  const summary = JSON.parse(stopped.stdout) as PublishSummary;
  expect(summary.stopped).toMatchObject({ reason: 'kafka_unreachable' });
  expect(summary.messages.rejected).toBe(0);
  expect(summary.checkpoint).toBe(checkpoint);
  expect(summary.goOn).toEqual([expect.stringContaining('gainsight-px publish')]);

  await own!.start();
  const ran = await runCommand(args);
  expect(JSON.parse(ran.stdout)).toMatchObject({ messages: { published: number }, left: 0 });
  const twice = await expectAll(bootstrap, topic, number);
  expect(twice).toBeLessThanOrEqual((JSON.parse(ran.stdout) as PublishSummary).possibleDuplicates);
});

test('logs in with SASL, says when that is refused, and never shows the password', async () => {
  const own = await startKafka({
    'listener.security.protocol.map': 'PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT',
    'sasl.enabled.mechanisms': 'PLAIN',
    'sasl.mechanism.inter.broker.protocol': 'PLAIN',
    'listener.name.plaintext.plain.sasl.jaas.config': `org.apache.kafka.common.security.plain.PlainLoginModule required username="admin" password="a" user_admin="a" user_px="${PASSWORD}";`,
  });
  if (own === undefined) return;
  started.push(own);
  const args = [
    'publish',
    '--brokers',
    own.bootstrap,
    '--topic',
    'secured',
    '--setup',
    '--replication-factor',
    '1',
  ];
  const env = (password: string): NodeJS.ProcessEnv => ({
    GAINSIGHT_PX_KAFKA_SASL_MECHANISM: 'PLAIN',
    GAINSIGHT_PX_KAFKA_SASL_USERNAME: 'px',
    GAINSIGHT_PX_KAFKA_SASL_PASSWORD: password,
  });
  const stdin = '{"type":"track","userId":"ada"}';
  const refused = await runCommand(args, { stdin, env: env(`wrong-${PASSWORD}`) });
  expect(refused).toMatchObject({ code: 2 });
  expect(refused.stderr).toContain('the brokers refuse the login');
  const ran = await runCommand(args, { stdin, env: env(PASSWORD) });
  expect(ran).toMatchObject({ code: 0 });
  expect(ran.stderr).toContain('sends the secret unencrypted');
  expect(refused.stdout + refused.stderr + ran.stdout + ran.stderr).not.toContain(PASSWORD);
});
