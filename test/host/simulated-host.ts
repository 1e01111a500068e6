import { Run } from './host-run';
import type { HostEvent } from './job';
import type { HostReport } from './report';
import type { Timing } from './timing';

export interface HostOptions {
  /** The service's base URL, without a slash at its end. */
  readonly transformUrl: string;
  /**
   * Whether the host sends the requests itself, or through the service's proxy route (the host's setting
   * `transformerProxy`). Default `direct`.
   */
  readonly delivery?: 'direct' | 'proxy';
  /** Where events are transformed. Default: as `/features` says. */
  readonly transformAt?: 'router' | 'processor';
  /** Whether bodies name each destination once. Default: as `/features` said first. */
  readonly compacted?: boolean;
  /** Default: as `/features` says. */
  readonly proxyVersion?: 'v0' | 'v1';
  /** Maps a URL of PX to a simulator; only loopback is called. Default: the same URL. */
  readonly resolve?: (url: string) => string;
  /** Default 64. */
  readonly workers?: number;
  /**
   * The most jobs that a worker puts into a request. Default: sizes from 1 to 20, as a real host uses them.
   */
  readonly jobsPerBatch?: number;
  /** Default 100. */
  readonly eventsPerProcessorBatch?: number;
  /** Default: the host's own, a thousand times shorter. */
  readonly timing?: Timing;
  /** Timeout of one request to the destination. Default 10,000, the host's own. */
  readonly destinationTimeoutMs?: number;
  /** Timeout of one request to a transform route. Default 600,000, the host's own. */
  readonly transformTimeoutMs?: number;
  /**
   * Whether the host loses the answer to the n-th request, from 1, to a transform route or to the proxy
   * route.
   */
  readonly losesAnswer?: (request: number) => boolean;
  /**
   * The requests to the transform and proxy routes, counted together from 1, during which the host's process
   * is killed and started again. It loses all answers in flight, and the states of the executing batches.
   * Default: none.
   */
  readonly diesAt?: readonly number[];
  /**
   * How many attempts of one job, or of one batch at the processor, end in the violation `never-ends`.
   * Default 100.
   */
  readonly patience?: number;
}

/** A simulated RudderStack host: the parts of it that a destination transformer sees. */
export interface Host {
  /** Takes events, and resolves when all have a final state, or the host has ended. May be called once. */
  run(events: readonly HostEvent[]): Promise<HostReport>;
}

/**
 * A host that treats a service as rudder-server treats its transformer. It notes each violation at which the
 * real host would panic, lose data or retry for ever.
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
