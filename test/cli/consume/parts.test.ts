import { createServer, type AddressInfo } from 'node:net';
import { ConsumeMetrics } from '../../../src/cli/consume/consume-metrics';
import { DeadLetterTopic } from '../../../src/cli/consume/dead-letter-topic';
import { serveMetrics } from '../../../src/cli/consume/metrics-server';
import { OutageState } from '../../../src/cli/consume/outage-state';
import { ProblemLog } from '../../../src/cli/consume/problem-log';
import { KafkaError, type OutgoingRecord } from '../../../src/kafka';
import { createRouter } from '../../../src/router';
import { FakeClock } from '../../__mocks__/clock.fake';
import { record, track } from './world';

const REASON = { code: 'rejected', reason: 'no', retryable: false, attempts: 2 };

/** A log that keeps its lines. */
function lines(): { log: ConstructorParameters<typeof OutageState>[0]; written: unknown[] } {
  const written: unknown[] = [];
  const note = (fields: object, msg: string): void => {
    written.push({ ...fields, msg });
  };
  return { log: { info: note, warn: note, error: note }, written };
}

describe('the dead-letter topic', () => {
  function topic(failures: Error[] = []) {
    const sent: OutgoingRecord[] = [];
    let opened = 0;
    const kafka = {
      producer: () => {
        opened += 1;
        return {
          ready: () => Promise.resolve(),
          close: () => Promise.resolve(),
          send: (letter: OutgoingRecord) => {
            const failure = failures.shift();
            if (failure !== undefined) return Promise.reject(failure);
            sent.push(letter);
            return Promise.resolve();
          },
        };
      },
    };
    return { letters: new DeadLetterTopic(kafka, undefined, {}), sent, opened: () => opened };
  }

  test('gets the value unchanged, byte for byte; of a batch the message alone', async () => {
    const { letters, sent } = topic();
    const value = Buffer.from('  {"broken\u0000');
    await letters.send({ record: record(0, 5, value), at: '', message: undefined, reason: REASON });
    await letters.send({
      record: record(0, 6, []),
      at: 'batch[1]',
      message: track('u1', 'a'),
      reason: REASON,
    });
    expect(sent[0]).toMatchObject({ topic: 'events.dead-letters', value });
    expect(sent[1]).toMatchObject({
      value: JSON.stringify(track('u1', 'a')),
      headers: { 'gainsight-px-at': 'batch[1]' },
    });
  });

  test('gets a new producer after one that cannot write any more, and keeps one whose record was too large', async () => {
    const large = new KafkaError('message_too_large', 'x');
    const { letters, sent, opened } = topic([large, new KafkaError('kafka_topic_missing', 'x')]);
    const letter = { record: record(0, 5, 1), at: '', message: 1, reason: REASON };
    await expect(letters.send(letter)).rejects.toBe(large);
    expect(opened()).toBe(1);
    await expect(letters.send(letter)).rejects.toThrow(KafkaError);
    await letters.send(letter);
    expect([opened(), sent.length]).toEqual([2, 1]);
  });
});

describe('the log', () => {
  test('has each kind of failure at once, then every 30 s with the number between, and no text of a foreign error', async () => {
    const { log, written } = lines();
    const clock = new FakeClock();
    const counted: string[] = [];
    const problems = new ProblemLog(log, clock, (operation, code) => counted.push(`${operation} ${code}`));
    for (let time = 0; time < 5; time += 1)
      problems.note('commit', new KafkaError('kafka_unreachable', 'away'));
    problems.note('dead_letter', new TypeError('secret'));
    await clock.advance(30_000);
    problems.note('commit', new KafkaError('kafka_unreachable', 'away'));
    expect(written).toMatchObject([
      { code: 'kafka_unreachable', reason: 'away', before: 0 },
      { code: 'internal', reason: 'TypeError' },
      { code: 'kafka_unreachable', before: 4 },
    ]);
    expect(counted).toHaveLength(7);
  });

  test('says that PX is away, and that it answers again', () => {
    const { log, written } = lines();
    const outage = new OutageState(log);
    expect([outage.isAway, outage.nextTryMs]).toEqual([false, 0]);
    outage.note({ state: 'paused', nextTryMs: 60_000, pausedMs: 0, cause: '503' });
    expect(outage.isAway).toBe(true);
    expect(outage.nextTryMs).toBeGreaterThan(0);
    outage.note({ state: 'paused', nextTryMs: 60_000, pausedMs: 60_000, cause: '503' });
    outage.note({ state: 'resumed', nextTryMs: 0, pausedMs: 120_000, cause: '503' });
    expect(outage.isAway).toBe(false);
    expect(written).toMatchObject([
      { msg: 'PX does not answer; the worker waits', cause: '503' },
      { msg: 'PX still does not answer', seconds: 60 },
      { msg: 'PX answers again', seconds: 120 },
    ]);
  });
});

describe('the port of the metrics', () => {
  const session = {
    router: createRouter(),
    worker: { partitions: 2, messages: 3, bytes: 4 },
    deadLetters: { waiting: 1 },
  };
  const metrics = new ConsumeMetrics({ session, outage: { isAway: true }, shared: undefined });
  const host = { metricsHost: '127.0.0.1' };

  test('has /health, with 503 when it is down, and /metrics', async () => {
    let isUp = true;
    const server = (await serveMetrics(
      { ...host, metricsPort: 0 },
      () => ({ service: isUp ? 'UP' : 'DOWN' }),
      metrics,
    ))!;
    const get = (path: string): Promise<Response> => fetch(`http://127.0.0.1:${server.port}${path}`);
    try {
      expect([(await get('/health')).status, await (await get('/health?x')).json()]).toEqual([
        200,
        { service: 'UP' },
      ]);
      isUp = false;
      expect((await get('/health')).status).toBe(503);
      metrics.lag([
        { topic: 't', partition: 0, lag: 7n },
        { topic: 't', partition: 1, lag: 1n },
      ]);
      metrics.lag([{ topic: 't', partition: 1, lag: 9n }]);
      const text = await (await get('/metrics')).text();
      expect(text).toContain('gainsight_px_kafka_consumer_lag{topic="t",partition="1"} 9');
      expect(text).not.toContain('partition="0"');
      expect(text).toMatch(/^gainsight_px_px_outage 1$/m);
      expect(text).toMatch(/^gainsight_px_dead_letters_waiting 1$/m);
      expect((await get('/other')).status).toBe(404);
    } finally {
      await server.close();
    }
  });

  test('that is taken is an error that says so; without a port nothing listens', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const { port } = taken.address() as AddressInfo;
    const health = () => ({ service: 'UP' as const });
    await expect(serveMetrics({ ...host, metricsPort: port }, health, metrics)).rejects.toThrow(
      `cannot listen on 127.0.0.1, port ${port} (EADDRINUSE): choose another --metrics-port`,
    );
    taken.close();
    expect(await serveMetrics(host, health, metrics)).toBeUndefined();
  });
});
