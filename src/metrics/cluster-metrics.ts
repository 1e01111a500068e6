import { AggregatorRegistry, Counter, Gauge, Registry } from 'prom-client';

/** The metrics of all worker processes of a `node:cluster`, added up, in its primary process. */
export class ClusterMetrics {
  readonly #workers = new AggregatorRegistry();
  readonly #own = new Registry();
  readonly #restarts = new Counter({
    name: 'gainsight_px_worker_restarts_total',
    help: 'Worker processes that ended by themselves and were replaced.',
    registers: [this.#own],
  });

  /** @param running how many workers serve, read at each scrape */
  constructor(running: () => number) {
    new Gauge({
      name: 'gainsight_px_workers',
      help: 'Worker processes that serve.',
      registers: [this.#own],
      collect() {
        this.set(running());
      },
    });
  }

  restarted(): void {
    this.#restarts.inc();
  }

  /**
   * All metrics in the text format of Prometheus.
   *
   * @throws Error when a worker does not answer within five seconds
   */
  async text(): Promise<string> {
    const texts = await Promise.all([this.#workers.clusterMetrics(), this.#own.metrics()]);
    return texts.join('\n');
  }
}
