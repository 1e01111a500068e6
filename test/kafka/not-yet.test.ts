import { KafkaError } from '../../src/kafka';
import { untilReady } from '../../src/kafka/not-yet';
import { FakeClock } from '../__mocks__/clock.fake';

const refusing = (id: string): KafkaError =>
  new KafkaError('kafka_failed', `Kafka answers ${id}`, new Set([id]));

test.each([
  'COORDINATOR_LOAD_IN_PROGRESS',
  'COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR',
  'LEADER_NOT_AVAILABLE',
])('waits while a broker that has just started answers %s', async (id) => {
  const clock = new FakeClock();
  const seen: string[] = [];
  let attempts = 0;
  const attempt = (): Promise<number> => {
    attempts += 1;
    return attempts < 4 ? Promise.reject(refusing(id)) : Promise.resolve(attempts);
  };
  await expect(
    clock.runUntil(untilReady(clock, attempt, ({ message }) => void seen.push(message))),
  ).resolves.toBe(4);
  expect(seen).toHaveLength(3);
});

test('gives up after half a minute', async () => {
  const clock = new FakeClock();
  const never = (): Promise<never> => Promise.reject(refusing('LEADER_NOT_AVAILABLE'));
  await expect(clock.runUntil(untilReady(clock, never))).rejects.toThrow('LEADER_NOT_AVAILABLE');
  expect(clock.nowMs()).toBeGreaterThan(25_000);
});

test('does not wait for anything else', async () => {
  const clock = new FakeClock();
  const denied = (): Promise<never> => Promise.reject(refusing('TOPIC_AUTHORIZATION_FAILED'));
  await expect(untilReady(clock, denied)).rejects.toThrow('TOPIC_AUTHORIZATION_FAILED');
  expect(clock.waiting).toBe(0);
});
