// Creates topics, writes and reads records, and reads commits, with the client itself: independent of the code under test.
// node kafka-io.mjs <bootstrap> create <topic> <partitions> …
// node kafka-io.mjs <bootstrap> produce            JSON lines {topic, partition?, key?, value} on the standard input
// node kafka-io.mjs <bootstrap> read <topic>       prints each record as a JSON line {partition, offset, key, value, headers}
// node kafka-io.mjs <bootstrap> commits <group>    prints {"topic/partition": offset} whenever it changes, until it is killed
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

Promise.withResolvers ??= function withResolvers() {
  const resolvers = {};
  resolvers.promise = new Promise((resolve, reject) => Object.assign(resolvers, { resolve, reject }));
  return resolvers;
};
const { Admin, Consumer, Producer, stringDeserializers, stringSerializers } =
  await import('@platformatic/kafka');

const [bootstrap, action, ...args] = process.argv.slice(2);
const base = { clientId: 'test', bootstrapBrokers: [bootstrap] };

const ACTIONS = {
  async create(...plans) {
    const admin = new Admin(base);
    for (let at = 0; at < plans.length; at += 2) {
      await admin.createTopics({ topics: [plans[at]], partitions: Number(plans[at + 1]), replicas: 1 });
    }
    await admin.close();
  },
  async produce() {
    const lines = (await text(process.stdin)).trim().split('\n');
    const messages = lines.map((line) => JSON.parse(line));
    const producer = new Producer({ ...base, serializers: stringSerializers });
    // A batch may hold 1 MB.
    for (let batch = [], bytes = 0; messages.length > 0; [batch, bytes] = [[], 0]) {
      while (messages.length > 0 && batch.length < 500 && (bytes += messages[0].value.length) < 500_000) {
        batch.push(messages.shift());
      }
      if (batch.length === 0) batch.push(messages.shift());
      await producer.send({ messages: batch });
    }
    await producer.close();
  },
  async read(topic) {
    const consumer = new Consumer({
      ...base,
      groupId: `read-${topic}-${process.pid}`,
      deserializers: stringDeserializers,
    });
    const ends = (await consumer.listOffsets({ topics: [topic], timestamp: -1n })).get(topic);
    let left = Number(ends.reduce((sum, end) => sum + end, 0n));
    if (left > 0) {
      const stream = await consumer.consume({
        topics: [topic],
        mode: 'earliest',
        autocommit: false,
        maxWaitTime: 100,
      });
      for await (const { partition, offset, key, value, headers } of stream) {
        const record = {
          partition,
          offset: String(offset),
          key,
          value,
          headers: Object.fromEntries(headers),
        };
        console.log(JSON.stringify(record));
        if ((left -= 1) === 0) break;
      }
    }
    await consumer.close(true);
  },
  async commits(group) {
    const admin = new Admin(base);
    for (let last = ''; ; await sleep(100)) {
      // A broker that restarts is away for a while.
      const [found] = await admin.listConsumerGroupOffsets({ groups: [group] }).catch(() => []);
      if (found === undefined) continue;
      const offsets = found.topics.flatMap(({ name, partitions }) =>
        partitions.map(({ partitionIndex, committedOffset }) => [
          `${name}/${partitionIndex}`,
          Number(committedOffset),
        ]),
      );
      const line = JSON.stringify(Object.fromEntries(offsets));
      if (line !== last) console.log(line);
      last = line;
    }
  },
};

await ACTIONS[action](...args);
// Not before all is written: a pipe may take less at once.
process.stdout.write('', () => process.exit(0));
