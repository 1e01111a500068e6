import { batchSizesAsSeen } from './batch-sizes';
import { Features } from './features';
import { accept } from './gateway';
import type { HostOptions } from './simulated-host';
import { HostKilled, HostProcess } from './host-process';
import { freshConnections, keptConnections, type Client } from './http-call';
import { keyOfJob, newJob, type HostEvent, type Job } from './job';
import { transformAtProcessor } from './processor-stage';
import { ProcessorTransform } from './processor-transform';
import { ProxyDelivery } from './proxy-delivery';
import { countStates, perEvent, reportOf, type HostReport } from './report';
import { RouterTransform } from './router-transform';
import { ServiceCalls } from './service-calls';
import { shortened, wait, type Timing } from './timing';
import { HostPanic, OutOfPatience, Violations } from './violation';
import { Worker } from './worker';

/** The second poll: it checks the first answer, as in a host that has run for a while. */
const MIN_POLLS = 2;

/** One run of a host: takes events and ends when all have a final state. */
export class Run {
  readonly #violations = new Violations();
  readonly #timing: Timing;
  readonly #process: HostProcess;
  readonly #features: Features;
  readonly #routerCalls: ServiceCalls;
  readonly #processorCalls: ServiceCalls;
  readonly #proxyCalls: ServiceCalls;
  readonly #transform: RouterTransform;
  readonly #processor: ProcessorTransform;
  readonly #proxy: ProxyDelivery;
  readonly #px = keptConnections();
  readonly #batchSize: () => number;
  #compacted = false;
  #stopped = false;
  #panicked = false;

  constructor(private readonly options: HostOptions) {
    const { transformUrl: url, transformTimeoutMs: timeoutMs = 600_000, jobsPerBatch } = options;
    this.#timing = options.timing ?? shortened(1000);
    this.#process = new HostProcess(options.diesAt);
    this.#batchSize = jobsPerBatch === undefined ? batchSizesAsSeen() : () => jobsPerBatch;
    const violations = this.#violations;
    this.#features = new Features(url, this.#timing, violations);
    // The router and its proxied deliveries share their connections.
    const client = freshConnections();
    this.#routerCalls = this.#callsBy(client);
    this.#processorCalls = this.#callsBy(freshConnections());
    this.#proxyCalls = this.#callsBy(client);
    const compacted = (): boolean => this.#compacted;
    const shared = { timing: this.#timing, timeoutMs, violations, compacted };
    this.#transform = new RouterTransform({ ...shared, calls: this.#routerCalls });
    this.#processor = new ProcessorTransform({
      ...shared,
      calls: this.#processorCalls,
      patience: this.#patience,
    });
    this.#proxy = new ProxyDelivery({
      calls: this.#proxyCalls,
      version: () => options.proxyVersion ?? (this.#features.hasProxyV1 ? 'v1' : 'v0'),
      destinationTimeoutMs: this.#destinationTimeoutMs,
      transformTimeoutMs: timeoutMs,
      violations,
    });
  }

  async run(events: readonly HostEvent[]): Promise<HostReport> {
    let jobs: readonly Job[] = [];
    await this.#guarded(() => this.#features.untilHeard(this.#patience));
    const repolling = this.#pollOn();
    const startedMs = performance.now();
    await this.#guarded(async () => {
      this.#compacted = this.options.compacted ?? this.#features.compacts;
      jobs = await this.#queue(events.map((event, index) => accept(event, index + 1)));
      await this.#route(jobs.filter(({ state }) => state === 'New'));
    });
    const durationMs = performance.now() - startedMs;
    this.#stopped = true;
    await repolling;
    this.#px.agent.destroy();
    return this.#report(jobs, durationMs);
  }

  get #patience(): number {
    return this.options.patience ?? 100;
  }

  get #destinationTimeoutMs(): number {
    return this.options.destinationTimeoutMs ?? 10_000;
  }

  #callsBy(client: Client): ServiceCalls {
    const { transformUrl: url, losesAnswer = () => false } = this.options;
    return new ServiceCalls({ url, client, process: this.#process, losesAnswer });
  }

  /** Runs a part of the host. A panic ends the whole host; a kill ends only this part. */
  async #guarded(part: () => Promise<void>): Promise<void> {
    if (this.#panicked) return;
    try {
      await part();
    } catch (error) {
      if (error instanceof HostKilled) return;
      this.#stopped = true;
      if (error instanceof OutOfPatience) return;
      if (!(error instanceof HostPanic)) throw error;
      this.#panicked = true;
    }
  }

  #pollOn(): Promise<void> {
    return this.#guarded(async () => {
      while (!this.#stopped || this.#features.polls < MIN_POLLS) {
        await wait(this.#timing.featuresPollMs);
        if (this.#panicked) return;
        await this.#features.poll();
      }
    });
  }

  async #queue(events: readonly HostEvent[]): Promise<readonly Job[]> {
    const asFeaturesSay = this.#features.transformsAtRouter ? 'router' : 'processor';
    if ((this.options.transformAt ?? asFeaturesSay) === 'processor') {
      const batchSize = this.options.eventsPerProcessorBatch ?? 100;
      return transformAtProcessor(events, this.#processor, batchSize, () => this.#restart());
    }
    return events.map((event, index) => newJob(index + 1, index + 1, event));
  }

  /**
   * Works on jobs until all have a final state. After a kill, the next process works on the remaining jobs.
   */
  async #route(jobs: readonly Job[]): Promise<void> {
    for (let left = jobs; left.length > 0; left = jobs.filter(isOpen)) {
      const workers = this.#startWorkers(left);
      await Promise.all(workers.map((worker) => this.#guarded(() => worker.run())));
      if (!this.#process.isKilled) return;
      for (const worker of workers) worker.failExecuting();
      await this.#restart();
    }
  }

  /** Starts the next process, which polls the features first, as every process does. */
  async #restart(): Promise<void> {
    this.#process.restart();
    await this.#features.untilHeard(this.#patience);
  }

  #startWorkers(jobs: readonly Job[]): Worker[] {
    const { workers = 64, delivery = 'direct', resolve = (url) => url } = this.options;
    const { signal } = this.#process;
    const shares = Array.from({ length: workers }, (): Job[] => []);
    for (const job of jobs) shares[hash(keyOfJob(job)) % workers]!.push(job);
    const shared = {
      transform: this.#transform,
      proxy: delivery === 'proxy' ? this.#proxy : undefined,
      direct: { client: this.#px, timeoutMs: this.#destinationTimeoutMs, resolve, signal },
      batchSize: this.#batchSize,
      timing: this.#timing,
      violations: this.#violations,
      patience: this.#patience,
      stopped: () => this.#stopped || signal.aborted,
    };
    return shares.map((share) => new Worker(share, shared));
  }

  #report(jobs: readonly Job[], durationMs: number): HostReport {
    const reports = jobs.map(reportOf);
    const events = perEvent(reports);
    return {
      jobs: reports,
      events,
      states: countStates(events),
      violations: this.#violations.list,
      panicked: this.#panicked,
      restarts: this.#process.restarts,
      durationMs,
      transformRequests: this.#routerCalls.requests + this.#processorCalls.requests,
      proxyRequests: this.#proxyCalls.requests,
      lostAnswers: this.#routerCalls.lostAnswers + this.#processorCalls.lostAnswers,
      lostProxyAnswers: this.#proxyCalls.lostAnswers,
    };
  }
}

const isOpen = ({ state }: Job): boolean => state === 'New' || state === 'Waiting' || state === 'Failed';

/** FNV-1a: decides the worker of a key. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const byte of Buffer.from(text)) value = Math.imul(value ^ byte, 0x01000193) >>> 0;
  return value;
}
