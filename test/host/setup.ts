import { compile, type DestinationConfig } from '../../src/index';
import { createHttpFetch, createRouter } from '../../src/router';
import { createService, type Mode, type ServiceOptions } from '../../src/service';
import {
  createSimulator,
  type FaultName,
  type FaultScript,
  type Simulator,
  type Snapshot,
} from '../../src/simulator';
import { createHost, type HostOptions } from './simulated-host';
import { IMPATIENT } from './impatient';
import type { HostEvent } from './job';
import { startPxRecorder, type PxRecorder } from './px-recorder';
import { seededRandom } from './random';
import { CONFIG } from './workload';
import type { HostReport } from './report';

/** As the service and the command send. */
export const send = createHttpFetch();

const cleanups: (() => unknown)[] = [];

/** Undoes what a test made; for `afterEach`. */
export async function cleanUp(): Promise<void> {
  for (const clean of cleanups.splice(0).reverse()) await clean();
}

export function cleanUpWith(clean: () => unknown): void {
  cleanups.push(clean);
}

/** A simulated PX. */
export interface ReachablePx {
  readonly px: Simulator;
  readonly origin: string;
  /** Leads from a URL of the real PX to this one. */
  readonly resolve: (url: string) => string;
}

export async function startPx(faults?: FaultScript): Promise<ReachablePx> {
  const px = createSimulator({ ...(faults === undefined ? {} : { faults: [faults] }) });
  const { origin } = await px.listen();
  cleanUpWith(() => px.close());
  return reachable(px, origin);
}

/** A simulated PX with a recorder before it. */
export interface RecordedPx extends ReachablePx {
  readonly recorder: PxRecorder;
}

export async function startRecordedPx(faults?: FaultScript): Promise<RecordedPx> {
  const { px, origin } = await startPx(faults);
  const recorder = await startPxRecorder(origin);
  cleanUpWith(() => recorder.close());
  return { ...reachable(px, recorder.origin), recorder };
}

function reachable(px: Simulator, origin: string): ReachablePx {
  return {
    px,
    origin,
    resolve: (url) => url.replace(/^https:\/\/api[a-z0-9-]*\.aptrinsic\.com/, origin),
  };
}

/** Starts the service in this process, and says where. */
export async function startService(
  mode: Mode,
  { resolve }: ReachablePx,
  options: ServiceOptions = {},
): Promise<string> {
  const service = createService({
    mode,
    fetch: (url, init) => send(resolve(url), init),
    router: IMPATIENT,
    ...options,
  });
  const { origin } = await service.listen({ port: 0 });
  cleanUpWith(() => service.close());
  return origin;
}

/** A host and a service in this process, for one run. */
export interface Scene {
  run(events: readonly HostEvent[]): Promise<HostReport>;
}

/** Starts the service before a simulated PX, and a host before the service. */
export async function startScene(
  mode: Mode,
  px: ReachablePx,
  options: Partial<HostOptions> = {},
): Promise<Scene> {
  const transformUrl = await startService(mode, px);
  return createHost({ transformUrl, ...deliveryIn(mode), resolve: px.resolve, workers: 16, ...options });
}

/** The delivery of the host in a mode. A host that sends itself has the same timeout as the service. */
export function deliveryIn(mode: Mode): Pick<HostOptions, 'delivery' | 'destinationTimeoutMs'> {
  return mode === 'delivery'
    ? { delivery: 'proxy' }
    : { delivery: 'direct', destinationTimeoutMs: IMPATIENT.requestTimeoutMs };
}

/** Delivers messages with the library, to a PX without faults. */
export async function deliverAll(
  messages: readonly object[],
  { resolve }: ReachablePx,
  config: DestinationConfig = CONFIG,
): Promise<void> {
  const router = createRouter({ ...IMPATIENT, fetch: (url, init) => send(resolve(url), init) });
  const destination = compile(config);
  const outcomes = await Promise.all(
    messages.map((message) => router.deliver(destination.process({ ...message }))),
  );
  expect(outcomes.filter(({ delivered }) => !delivered)).toEqual([]);
  await router.close();
}

/**
 * The state of PX after the library delivers the messages without faults. Every other way must reach the same
 * state.
 */
export async function expectedState(
  messages: readonly object[],
  config: DestinationConfig,
): Promise<Snapshot> {
  const px = await startPx();
  await deliverAll(messages, px, config);
  return px.px.state.snapshot({ distinctEvents: true });
}

/** Faults after which every sender must repeat the request. */
const FAULTS: readonly FaultName[] = [
  'error-500',
  'error-500-after-write',
  'empty-502',
  'html-503',
  'timeout-408',
  'throttle-429',
  'destroy-before-write',
  'destroy-after-write',
  'truncated-answer',
];
/** The share of faults that cost a whole timeout. */
const HANGS = 1 / 50;
/**
 * Faults that only a sender with knowledge of PX can tell from PX's answers; a host that sends itself cannot.
 */
const DECEPTIVE_FAULTS: readonly FaultName[] = ['html-404', 'redirect-302'];

/**
 * Random faults for a share of the requests; the same seed and order of requests give the same faults.
 * Requests of the host itself get no deceptive fault: in inline mode these are the last request of each plan
 * at the processor, and none at the router.
 */
export function randomFaults(
  share: number,
  seed: number,
  mode: Mode,
  transformAt: HostOptions['transformAt'] = 'router',
): FaultScript {
  const random = seededRandom(seed);
  const literal = mode === 'inline' && transformAt === 'processor';
  const faults = literal ? FAULTS : [...FAULTS, ...DECEPTIVE_FAULTS];
  return () => {
    if (random() >= share) return undefined;
    if (random() < HANGS) return 'hang-after-write';
    return faults[Math.floor(random() * faults.length)];
  };
}

/** Fails the first `count` requests for each id; other requests follow the script `others`. */
export function failingFirst(
  ids: readonly string[],
  count: number,
  others: FaultScript = () => undefined,
): FaultScript {
  const left = new Map(ids.map((id) => [id, count]));
  return (request) => {
    const fault = others(request);
    const { id = '' } = request;
    const more = left.get(id) ?? 0;
    if (more === 0) return fault;
    left.set(id, more - 1);
    return 'error-500';
  };
}
