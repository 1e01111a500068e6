import { Run } from './host-run';
import type { HostEvent } from './job';
import type { HostReport } from './report';
import type { Timing } from './timing';

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
  /** How many jobs a worker may put into each request. Default: sizes from 1 to 20 as a real host was seen to use them. */
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
  /**
   * During which requests to the transform and proxy routes, counted together from 1, the host's process is killed and started again: all
   * answers under way are lost, and so are the states of the batches under way. Default: none.
   */
  readonly diesAt?: readonly number[];
  /** How often one job, or one batch at the processor, is tried before it is reported as `never-ends`. Default 100. */
  readonly patience?: number;
}

/** A simulated RudderStack host, as far as a destination transformer meets it. */
export interface Host {
  /** Takes events in, and resolves when all have come to an end, or the host has. May be called once. */
  run(events: readonly HostEvent[]): Promise<HostReport>;
}

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
