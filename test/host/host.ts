import { Features } from './features';
import { freshConnections, keptConnections } from './http-call';
import { keyOfJob, newJob, type HostEvent, type Job } from './job';
import { transformAtProcessor } from './processor-stage';
import { ProcessorTransform } from './processor-transform';
import { ProxyDelivery } from './proxy-delivery';
import { countStates, perEvent, reportOf, type HostReport } from './report';
import { RouterTransform } from './router-transform';
import { shortened, wait, type Timing } from './timing';
import { HostPanic, OutOfPatience, Violations } from './violation';
import { Worker } from './worker';

export interface HostOptions {
  /** The service's base URL, without a slash at its end. */
  readonly transformUrl: string;
  /** Who sends the requests: the host itself, or the service's proxy route (the host's setting `transformerProxy`). Default `direct`. */
  readonly delivery?: 'direct' | 'proxy';
  /** Where events are transformed. Default: as `/features` says. */
  readonly transformAt?: 'router' | 'processor';
  /** Whether bodies name each destination once. Default: as `/features` said first. */
  readonly compacted?: boolean;
  /** Default: as `/features` says. */
  readonly proxyVersion?: 'v0' | 'v1';
  /** Where a URL of PX leads: to a simulator. Only loopback is ever called. Default: nowhere else. */
  readonly resolve?: (url: string) => string;
  /** Default 64. */
  readonly workers?: number;
  /** Default 20. */
  readonly jobsPerBatch?: number;
  /** Default 100. */
  readonly eventsPerProcessorBatch?: number;
  /** Default: the host's own, a thousand times shorter. */
  readonly timing?: Timing;
  /** For one request to the destination. Default 10,000, the host's own. */
  readonly destinationTimeoutMs?: number;
  /** For one request to a transform route. Default 600,000, the host's own. */
  readonly transformTimeoutMs?: number;
  /** Whether the answer to the n-th request to a transform route, or to the proxy route, from 1, is lost when the service has given it. */
  readonly losesAnswer?: (request: number) => boolean;
  /** How often one job, or one batch at the processor, is tried before it is reported as `never-ends`. Default 100. */
  readonly patience?: number;
}

/** A simulated RudderStack host, as far as a destination transformer meets it. */
export interface Host {
  /** Takes events in, and resolves when all have come to an end, or the host has. May be called once. */
  run(events: readonly HostEvent[]): Promise<HostReport>;
}

/** A poll of a host that has run for a while: the checks of the first answer come with the second poll. */
const MIN_POLLS = 2;

/**
 * A host that treats a service as rudder-server treats its transformer, and notes wherever the real one would panic, lose data or
 * retry without hope.
 *
 * @example
 * const report = await createHost({ transformUrl: 'http://127.0.0.1:9090', resolve }).run(events);
 * report.violations; // []
 * report.states; // { Succeeded: 2000 }
 */
export function createHost(options: HostOptions): Host {
  const run = new Run(options);
  return { run: (events) => run.run(events) };
}

class Run {
  readonly #violations = new Violations();
  readonly #timing: Timing;
  readonly #features: Features;
  readonly #transform: RouterTransform;
  readonly #processor: ProcessorTransform;
  readonly #proxy: ProxyDelivery;
  readonly #px = keptConnections();
  #compacted = false;
  #stopped = false;
  #panicked = false;

  constructor(private readonly options: HostOptions) {
    const { transformUrl: url, transformTimeoutMs: timeoutMs = 600_000, losesAnswer = () => false } = options;
    this.#timing = options.timing ?? shortened(1000);
    const violations = this.#violations;
    this.#features = new Features(url, this.#timing, violations);
    const client = freshConnections();
    const compacted = (): boolean => this.#compacted;
    const shared = { url, client, timing: this.#timing, timeoutMs, violations, compacted, losesAnswer };
    this.#transform = new RouterTransform(shared);
    this.#processor = new ProcessorTransform({
      ...shared,
      client: freshConnections(),
      patience: this.#patience,
    });
    this.#proxy = new ProxyDelivery({
      url,
      client,
      version: () => options.proxyVersion ?? (this.#features.hasProxyV1 ? 'v1' : 'v0'),
      destinationTimeoutMs: this.#destinationTimeoutMs,
      transformTimeoutMs: timeoutMs,
      violations,
      losesAnswer,
    });
  }

  async run(events: readonly HostEvent[]): Promise<HostReport> {
    let jobs: readonly Job[] = [];
    await this.#guarded(() => this.#features.untilHeard(this.#patience));
    const repolling = this.#pollOn();
    await this.#guarded(async () => {
      this.#compacted = this.options.compacted ?? this.#features.compacts;
      jobs = await this.#queue(events);
      await this.#route(jobs.filter(({ state }) => state === 'New'));
    });
    this.#stopped = true;
    await repolling;
    this.#px.agent.destroy();
    return this.#report(jobs);
  }

  get #patience(): number {
    return this.options.patience ?? 100;
  }

  get #destinationTimeoutMs(): number {
    return this.options.destinationTimeoutMs ?? 10_000;
  }

  /** Runs a part of the host; a panic in it ends all of it. */
  async #guarded(part: () => Promise<void>): Promise<void> {
    if (this.#panicked) return;
    try {
      await part();
    } catch (error) {
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
      return transformAtProcessor(events, this.#processor, this.options.eventsPerProcessorBatch ?? 100);
    }
    return events.map((event, index) => newJob(index + 1, index + 1, event));
  }

  async #route(jobs: readonly Job[]): Promise<void> {
    const { workers = 64, jobsPerBatch = 20, delivery = 'direct', resolve = (url) => url } = this.options;
    const shares = Array.from({ length: workers }, (): Job[] => []);
    for (const job of jobs) shares[hash(keyOfJob(job)) % workers]!.push(job);
    const shared = {
      transform: this.#transform,
      proxy: delivery === 'proxy' ? this.#proxy : undefined,
      direct: { client: this.#px, timeoutMs: this.#destinationTimeoutMs, resolve },
      jobsPerBatch,
      timing: this.#timing,
      violations: this.#violations,
      patience: this.#patience,
      stopped: () => this.#stopped,
    };
    await Promise.all(shares.map((share) => this.#guarded(() => new Worker(share, shared).run())));
  }

  #report(jobs: readonly Job[]): HostReport {
    const reports = jobs.map(reportOf);
    const events = perEvent(reports);
    return {
      jobs: reports,
      events,
      states: countStates(events),
      violations: this.#violations.list,
      panicked: this.#panicked,
      transformRequests: this.#transform.requests + this.#processor.requests,
      proxyRequests: this.#proxy.requests,
      lostAnswers: this.#transform.lostAnswers + this.#processor.lostAnswers,
      lostProxyAnswers: this.#proxy.lostAnswers,
    };
  }
}

/** FNV-1a: which worker a key belongs to. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const byte of Buffer.from(text)) value = Math.imul(value ^ byte, 0x01000193) >>> 0;
  return value;
}
