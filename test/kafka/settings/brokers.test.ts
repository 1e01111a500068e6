import { parseBrokers } from '../../../src/kafka/settings/brokers';

it('parses addresses with and without a port', () => {
  expect(parseBrokers('kafka-1:9093, kafka_2 ,[::1]:9094,127.0.0.1')).toEqual([
    { host: 'kafka-1', port: 9093 },
    { host: 'kafka_2', port: 9092 },
    { host: '::1', port: 9094 },
    { host: '127.0.0.1', port: 9092 },
  ]);
});

it.each([
  '',
  ',',
  'kafka:0',
  'kafka:65536',
  'kafka:x',
  'kafka://kafka:9092',
  'user:hunter2@kafka:9092',
  '[::1',
  'a b',
])('refuses %j without quoting it', (text) => {
  expect(() => parseBrokers(text)).toThrow('of the brokers is not host:port');
  if (text.includes('hunter2')) expect(() => parseBrokers(text)).not.toThrow('hunter2');
});
