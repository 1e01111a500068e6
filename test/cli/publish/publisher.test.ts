import { Publisher, type PublisherParts } from '../../../src/cli/publish/publisher';
import { Counts } from '../../../src/cli/deliver/report/counts';
import { Stop } from '../../../src/cli/deliver/run/stop';
import { readMessages } from '../../../src/cli/input/read-messages';
import { KafkaError } from '../../../src/kafka/errors';
import type { OutgoingRecord } from '../../../src/kafka/records';
import type { Rejection } from '../../../src/cli/rejected/rejection';

interface Sent {
  readonly record: OutgoingRecord;
  readonly acknowledge: () => void;
  readonly refuse: (error: Error) => void;
}

const settled = (): Promise<void> => new Promise(setImmediate);

/** A publisher over lines of input; the test acknowledges. */
function world(lines: readonly string[], more: Partial<PublisherParts> = {}) {
  const [sent, rejections] = [[] as Sent[], [] as Rejection[]];
  const [counts, stop] = [new Counts(), new Stop()];
  const publisher = new Publisher({
    producer: {
      send: (record) =>
        new Promise((resolve, reject) => sent.push({ record, acknowledge: resolve, refuse: reject })),
      ready: () => Promise.resolve(),
      close: () => Promise.resolve(),
    },
    topic: 't',
    maxMessageBytes: undefined,
    counts,
    skip: 0,
    includeRefused: false,
    stop,
    checkpoint: undefined,
    onRejection: (rejection) => rejections.push(rejection) > 0,
    ...more,
  });
  const source = (async function* () {
    yield await Promise.resolve(Buffer.from(`${lines.join('\n')}\n`));
  })();
  return { publisher, sent, rejections, counts, stop, ended: publisher.run(readMessages(source)) };
}

const track = (userId: string): string => JSON.stringify({ type: 'track', userId });
const texts = (sent: readonly Sent[]): string[] => sent.map(({ record }) => String(record.value));

it('writes each message with its key, and counts it when it is acknowledged', async () => {
  const { sent, counts, publisher, ended } = world([
    track('ada'),
    '{"batch":[{"type":"group","groupId":"acme"},{"type":"page"}]}',
  ]);
  await settled();
  await settled();
  expect(sent.map(({ record: { topic, key } }) => [topic, key])).toEqual([
    ['t', 'ada'],
    ['t', 'acme'],
    ['t', undefined],
  ]);
  expect(counts.delivered).toBe(0);
  expect(publisher.unfinished().unsettled).toEqual([1, 2, 3]);
  sent[1]!.acknowledge();
  await settled();
  expect(publisher.unfinished().unsettled).toEqual([1, 3]);
  for (const { acknowledge } of sent) acknowledge();
  await ended;
  expect(counts.delivered).toBe(3);
  expect(publisher.withoutKey).toBe(1);
});

it('writes JSON of any depth', async () => {
  const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
  const { sent, ended } = world([`{"type":"track","properties":{"deep":${deep}}}`]);
  await settled();
  expect(texts(sent)).toEqual([`{"type":"track","properties":{"deep":${deep}}}`]);
  sent[0]!.acknowledge();
  await ended;
});

it('reports rejections in the order of the input', async () => {
  const { sent, rejections, ended } = world(['no json', track('a'), 'no json', track('b')], {
    maxMessageBytes: 1_000,
  });
  await settled();
  await settled();
  sent[1]!.acknowledge();
  sent[0]!.refuse(new KafkaError('message_too_large', 'too large'));
  await ended;
  expect(rejections.map(({ code, item }) => [code, item.position.line])).toEqual([
    ['not_json', 1],
    ['message_too_large', 2],
    ['not_json', 3],
  ]);
  expect(rejections[1]).toMatchObject({
    retryable: true,
    reason: expect.stringContaining('takes 1,000 at most') as string,
  });
});

it('does not try what is larger than the topic takes', async () => {
  const { sent, rejections, ended } = world([track('a'), track('a'.repeat(100))], { maxMessageBytes: 50 });
  await settled();
  sent[0]!.acknowledge();
  await ended;
  expect(sent).toHaveLength(1);
  expect(rejections.map(({ code }) => code)).toEqual(['message_too_large']);
});

it('leaves for the next run what a failure of Kafka has kept back, and rejects none of it', async () => {
  const { publisher, sent, rejections, stop, ended } = world([track('a'), track('b')]);
  await settled();
  await settled();
  for (const { refuse } of sent) refuse(new KafkaError('kafka_denied', 'the brokers refuse the login'));
  await ended;
  expect(rejections).toEqual([]);
  expect(publisher.unfinished()).toEqual({ unsettled: [1, 2], mayHaveLanded: [1, 2] });
  expect(stop).toMatchObject({ reason: 'kafka_failed', text: 'Kafka failed: the brokers refuse the login' });
});

it('skips what an earlier run refused for good, unless it is asked to include it', async () => {
  const refused = `{"rejected":{"code":"rejected","reason":"","retryable":false},"message":${track('a')}}`;
  const retryable = refused.replace('false', 'true');
  const unreadable = '{"rejected":{"code":"not_json","reason":"","retryable":false},"text":"x"}';
  const first = world([refused, retryable, unreadable]);
  await settled();
  await settled();
  expect(texts(first.sent)).toEqual([track('a')]);
  first.sent[0]!.acknowledge();
  await first.ended;
  expect(first.counts.skipped).toMatchObject({ refused_before: 1, unreadable_before: 1 });
  const second = world([refused], { includeRefused: true });
  await settled();
  expect(texts(second.sent)).toEqual([track('a')]);
  second.sent[0]!.acknowledge();
  await second.ended;
});

it('passes over what --skip names', async () => {
  const { sent, counts, ended } = world([track('a'), track('b')], { skip: 1 });
  await settled();
  expect(texts(sent)).toEqual([track('b')]);
  sent[0]!.acknowledge();
  await ended;
  expect(counts).toMatchObject({ read: 2, passedOver: 1, delivered: 1 });
});
