import { DeliveryMetrics } from '../../metrics/index.js';
import type { PartitionLag } from '../../kafka/index.js';
import type { SharedThroughRedis } from '../../redis/index.js';
import type { Router } from '../../router/index.js';
import type { DeadLetters } from './dead-letters.js';
import type { MessageOutcome } from './outcomes.js';
import type { OutageState } from './outage-state.js';
import type { Worker } from './worker.js';

/** Where the values that others count are read from, at each scrape. */
interface ConsumeMetricSources {
  readonly session: {
    readonly router: Pick<Router, 'stats'>;
    readonly worker: Pick<Worker, 'partitions' | 'messages' | 'bytes'>;
    readonly deadLetters: Pick<DeadLetters, 'waiting'>;
  };
  readonly outage: Pick<OutageState, 'isAway'>;
  /** `undefined`: the limits are not shared. */
  readonly shared: Pick<SharedThroughRedis, 'stats'> | undefined;
}

const ROUTE = 'consume';

/** The metrics of a worker of a consumer group. */
export class ConsumeMetrics extends DeliveryMetrics {
  readonly #lag = this.gauge(
    'kafka_consumer_lag',
    'Records between the last commit and the end of the partition, for the partitions of this worker.',
    ['topic', 'partition'],
  );
  readonly #problems = this.counter(
    'kafka_problems_total',
    'Failures of Kafka after which the worker tries again, by what failed and error code.',
    ['operation', 'code'],
  );
  readonly #rebalances = this.counter('kafka_rebalances_total', 'Assignments of partitions to this worker.');

  constructor({ session, outage, shared }: ConsumeMetricSources) {
    const { router, worker, deadLetters } = session;
    super(() => router.stats(), shared === undefined ? undefined : () => shared.stats());
    this.read('px_outage', 'Whether PX does not answer, so that the worker waits: 1, or 0.', () =>
      Number(outage.isAway),
    );
    this.read('kafka_partitions', 'Partitions of this worker.', () => worker.partitions);
    this.read('kafka_window_messages', 'Messages read and not committed.', () => worker.messages);
    this.read('kafka_window_bytes', 'Bytes of records read and not committed.', () => worker.bytes);
    this.read('dead_letters_waiting', 'Dead letters that are not written yet.', () => deadLetters.waiting);
  }

  message(type: string, outcome: MessageOutcome, code: string | undefined): void {
    this.events(ROUTE, type, outcome, 1);
    if (code !== undefined) this.eventReasons(ROUTE, outcome, code, 1);
  }

  kafkaProblem(operation: string, code: string): void {
    this.#problems.inc({ operation, code });
  }

  assigned(): void {
    this.#rebalances.inc();
  }

  /** Replaces the lag of all partitions: others may have some of them now. */
  lag(partitions: readonly PartitionLag[]): void {
    this.#lag.reset();
    for (const { topic, partition, lag } of partitions) this.#lag.set({ topic, partition }, Number(lag));
  }
}
