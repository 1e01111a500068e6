import { randomBytes } from 'node:crypto';
import {
  createHttpFetch,
  createRouter,
  ROUTER_DEFAULTS,
  systemClock,
  type Clock,
  type Router,
} from '../router/index.js';
import { ResponsesInFlight } from './http/responses-in-flight.js';
import { JobMemory } from './batch/job-memory.js';
import { EventMapper } from './batch/map-event.js';
import type { IngestSettings } from './ingest/ingest.js';
import { LiveLog, type LiveSources } from './live/live-log.js';
import { Metrics } from './observe/metrics.js';
import { parseServiceOptions, type ServiceOptions, type ServiceSettings } from './options.js';
import { BodyReader } from './http/read-request-body.js';
import { UnfinishedDeletions } from './routes/unfinished-deletions.js';
import { UnservedRequests } from './upstream/unserved.js';
import { WaitingDestinations } from './batch/waiting-destinations.js';

/** What all routes of one service share. */
export interface ServiceContext {
  readonly settings: ServiceSettings;
  /** One for the whole service: lanes and limits are per API key and base URL, on whichever route a plan arrives. */
  readonly router: Router;
  readonly mapper: EventMapper;
  readonly waiting: WaitingDestinations;
  readonly memory: JobMemory;
  /** The same clock as the router's. */
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly bodies: BodyReader;
  readonly deletions: UnfinishedDeletions;
  readonly responses: ResponsesInFlight;
  readonly unserved: UnservedRequests;
  /** Undefined: the service takes messages of a host only. */
  readonly ingest: IngestSettings | undefined;
  /** Undefined: nobody looks into the service. */
  readonly live: LiveLog | undefined;
  /** Whether the service is about to stop; `/health` then reports `DOWN`. */
  draining: boolean;
}

/** @throws TypeError or ConfigurationError when an option is invalid */
export function createContext(options: ServiceOptions): ServiceContext {
  const settings = parseServiceOptions(options);
  const waiting = new WaitingDestinations(settings.log);
  const mapper = new EventMapper(
    settings.configDefaults,
    waiting,
    settings.router.skipUnchanged !== undefined,
  );
  const router = createRouter({
    ...settings.router,
    fetch: settings.fetch ?? createHttpFetch(),
    onRequest: (record) => {
      metrics.pxRequest(record);
      live?.request(record);
    },
  });
  const clock = settings.router.clock ?? systemClock;
  const memory = new JobMemory({
    maxJobs: settings.rememberedJobs,
    nowMs: () => clock.nowMs(),
    onRepeat: (source) => {
      metrics.repeatedJob(source);
    },
  });
  const bodies = new BodyReader(settings);
  const metrics = new Metrics({
    routerStats: () => router.stats(),
    cachedConfigurations: () => mapper.cachedConfigurations,
    rememberedJobs: () => memory.size,
    bodyBytes: () => bodies.heldBytes,
    bodiesWaiting: () => bodies.waiting,
    sharedLimits: settings.sharedLimits,
  });
  const live = settings.live === undefined ? undefined : new LiveLog(liveSources(settings, router, clock));
  if (settings.group !== undefined) metrics.answerCluster();
  return {
    settings,
    router,
    mapper,
    waiting,
    memory,
    clock,
    metrics,
    bodies,
    deletions: new UnfinishedDeletions(),
    responses: new ResponsesInFlight(),
    unserved: new UnservedRequests(settings.log),
    ingest: settings.ingest,
    live,
    draining: false,
  };
}

function liveSources({ router: options, log }: ServiceSettings, router: Router, clock: Clock): LiveSources {
  const { requestsPerSecond = ROUTER_DEFAULTS.requestsPerSecond } = options;
  return {
    name: randomBytes(6).toString('hex'),
    epochMs: () => clock.epochMs(),
    load: () => {
      const { pending, inFlight, pausedMs } = router.stats();
      const limit = requestsPerSecond === Infinity ? {} : { limit: requestsPerSecond };
      return { pending, inFlight, pausedMs, ...limit };
    },
    onFault: (thrown, route) => {
      const error = thrown instanceof Error ? thrown.name : typeof thrown;
      log.error({ error, route }, 'events are missing on the live page');
    },
  };
}
