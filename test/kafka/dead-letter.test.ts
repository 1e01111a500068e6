import {
  deadLetterRecord,
  noteOfDeadLetter,
  originalHeaders,
  type DeadLetterNote,
} from '../../src/kafka/dead-letter';
import type { KafkaRecord, OutgoingRecord } from '../../src/kafka/records';

const NOTE: DeadLetterNote = {
  code: 'rejected',
  reason: 'PX answered 400: “no”',
  retryable: false,
  attempts: 2,
  original: { topic: 'px-events', partition: 3, offset: 12_345_678_901_234_567n },
  at: 'batch[2]',
  timeMs: Date.UTC(2026, 0, 31, 12),
};

const asRead = ({ topic, headers = {} }: OutgoingRecord): KafkaRecord => ({
  topic,
  partition: 0,
  offset: 0n,
  timestampMs: 5,
  key: undefined,
  value: undefined,
  headers: new Map(Object.entries(headers)),
});

it('writes the value unchanged, and the note as headers', () => {
  const value = Buffer.from('{"type":"track"}');
  const record = deadLetterRecord('dead', {
    key: 'ada',
    value,
    headers: new Map([['trace', 'x']]),
    note: NOTE,
  });
  expect(record).toEqual({
    topic: 'dead',
    key: 'ada',
    value,
    headers: {
      trace: 'x',
      'gainsight-px-reason': 'PX answered 400: “no”',
      'gainsight-px-code': 'rejected',
      'gainsight-px-retryable': 'false',
      'gainsight-px-attempts': '2',
      'gainsight-px-original-topic': 'px-events',
      'gainsight-px-original-partition': '3',
      'gainsight-px-original-offset': '12345678901234567',
      'gainsight-px-at': 'batch[2]',
      'gainsight-px-time': '2026-01-31T12:00:00.000Z',
    },
  });
});

it('reads the note that it wrote', () => {
  const record = deadLetterRecord('dead', { key: undefined, value: '', note: NOTE });
  expect(noteOfDeadLetter(asRead(record))).toEqual(NOTE);
  const { at: _, ...withoutPlace } = NOTE;
  const lone = deadLetterRecord('dead', { key: undefined, value: '', note: withoutPlace });
  expect(noteOfDeadLetter(asRead(lone))).toEqual({ ...withoutPlace, at: undefined });
});

it('takes a record without these headers for no dead letter', () => {
  expect(noteOfDeadLetter(asRead({ topic: 't', key: 'k', value: '' }))).toBeUndefined();
});

it('takes the time of the record where the header is broken', () => {
  const record = asRead(deadLetterRecord('dead', { key: undefined, value: '', note: NOTE }));
  const headers = new Map(record.headers)
    .set('gainsight-px-time', 'soon')
    .set('gainsight-px-original-offset', 'x');
  expect(noteOfDeadLetter({ ...record, headers })).toMatchObject({ timeMs: 5, original: { offset: -1n } });
});

it('does not pile up headers when a dead letter dies again', () => {
  const first = deadLetterRecord('dead', {
    key: 'k',
    value: '',
    headers: new Map([['trace', 'x']]),
    note: NOTE,
  });
  expect(originalHeaders(asRead(first).headers)).toEqual({ trace: 'x' });
  const { at: _, ...later } = { ...NOTE, code: 'denied' };
  const again = deadLetterRecord('dead', {
    key: 'k',
    value: '',
    headers: asRead(first).headers,
    note: later,
  });
  expect(again.headers).toMatchObject({ trace: 'x', 'gainsight-px-code': 'denied' });
  expect(again.headers).not.toHaveProperty('gainsight-px-at');
});
