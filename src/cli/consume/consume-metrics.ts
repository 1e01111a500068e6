import { DeliveryMetrics } from '../../metrics/index.js';
import type { PartitionLag } from '../../kafka/index.js';
import type { RouterStats } from '../../router/index.js';
import type { MessageOutcome } from './outcomes.js';

/** Where the values that others count are read from, at each scrape. */
export interface ConsumeMetricSources {
  readonly routerStats: () => RouterStats;
  readonly partitions: () => number;
  readonly windowMessages: () => number;
  readonly windowBytes: () => number;
  readonly deadLettersWaiting: () => number;
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

  constructor(sources: ConsumeMetricSources) {
    const { routerStats, partitions, windowMessages, windowBytes, deadLettersWaiting } = sources;
    super(routerStats);
    this.read('kafka_partitions', 'Partitions of this worker.', partitions);
    this.read('kafka_window_messages', 'Messages read and not committed.', windowMessages);
    this.read('kafka_window_bytes', 'Bytes of records read and not committed.', windowBytes);
    this.read('dead_letters_waiting', 'Dead letters that are not written yet.', deadLettersWaiting);
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
    // Those of partitions that others have now.
    this.#lag.reset();
  }

  lag(partitions: readonly PartitionLag[]): void {
    this.#lag.reset();
    for (const { topic, partition, lag } of partitions) this.#lag.set({ topic, partition }, Number(lag));
  }
}
