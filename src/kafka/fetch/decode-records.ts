import type { KafkaRecord, TopicPartition } from '../records.js';

/** The part of the client's `RecordsBatch` that is read here. */
export interface RecordsBatch {
  readonly attributes: number;
  readonly firstOffset: bigint;
  readonly lastOffsetDelta: number;
  readonly firstTimestamp: bigint;
  readonly maxTimestamp: bigint;
  readonly records: readonly {
    readonly offsetDelta: number;
    readonly timestampDelta: bigint;
    readonly key: Buffer | null;
    readonly value: Buffer | null;
    readonly headers: readonly (readonly [Buffer | null, Buffer | null])[];
  }[];
}

/** Records from one position on, and the position after them. */
export interface DecodedRecords {
  readonly records: readonly KafkaRecord[];
  readonly next: bigint;
}

// Bits of a batch's attributes: https://kafka.apache.org/documentation/#recordbatch
const USES_APPEND_TIME = 0b1000;
const IS_CONTROL = 0b10_0000;

/**
 * Reads the records of a response from a position on. A broker returns whole batches, so it may return earlier records, too. Batches may
 * hold no record that counts (markers of transactions, records that compaction removed): the position moves past them.
 */
export function decodeRecords(
  { topic, partition }: TopicPartition,
  batches: readonly RecordsBatch[],
  position: bigint,
): DecodedRecords {
  const records: KafkaRecord[] = [];
  let next = position;
  for (const batch of batches) {
    const after = batch.firstOffset + BigInt(batch.lastOffsetDelta) + 1n;
    if (after > next) next = after;
    if ((batch.attributes & IS_CONTROL) !== 0) continue;
    const appendTime = (batch.attributes & USES_APPEND_TIME) === 0 ? undefined : Number(batch.maxTimestamp);
    for (const { offsetDelta, timestampDelta, key, value, headers } of batch.records) {
      const offset = batch.firstOffset + BigInt(offsetDelta);
      if (offset < position) continue;
      records.push({
        topic,
        partition,
        offset,
        timestampMs: appendTime ?? Number(batch.firstTimestamp + timestampDelta),
        key: key ?? undefined,
        value: value ?? undefined,
        headers: new Map(headers.map(([name, text]) => [String(name ?? ''), String(text ?? '')])),
      });
    }
  }
  return { records, next };
}
