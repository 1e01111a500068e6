import { createHttpFetch } from '../../src/router';
import { createService, type Service, type ServiceOptions } from '../../src/service';
import { createSimulator, type Simulator, type SimulatorOptions } from '../../src/simulator';

/** What no log, metric or error may ever hold. */
export const KEY = 'secret-key-93af01';

export const CONFIG = { apiKey: KEY, productTagKey: 'AP-TEST-2' };

/** A destination as the host sends it, Go-cased. */
export const DESTINATION = {
  ID: 'dst-1',
  Name: 'My PX',
  DestinationDefinition: { ID: 'def-1', Name: 'GAINSIGHT_PX', DisplayName: 'Gainsight PX', Config: {} },
  Config: CONFIG,
  Enabled: true,
  WorkspaceID: 'ws-1',
  Transformations: [],
  IsProcessorEnabled: true,
  RevisionID: 'r1',
};

/** The same, where a group message of an unknown user fails, or is delivered without its link. */
export const withMissingUser = (missingUserOnGroup: 'fail' | 'skip'): typeof DESTINATION => ({
  ...DESTINATION,
  Config: { ...CONFIG, missingUserOnGroup } as typeof CONFIG,
});

export type Json = Record<string, unknown>;
export interface HostEvent {
  readonly message: unknown;
  readonly metadata: Json;
  readonly destination: unknown;
}

/** A job as the router sends it. */
export function job(
  jobId: number,
  message: unknown,
  metadata: Json = {},
  destination: unknown = DESTINATION,
): HostEvent {
  return {
    message,
    metadata: {
      jobId,
      userId: 'anon<<>>u1',
      rudderId: 'anon<<>>u1',
      sourceId: 'src-1',
      destinationId: 'dst-1',
      workspaceId: 'ws-1',
      transformAt: 'router',
      attemptNum: 0,
      ...metadata,
    },
    destination,
  };
}

export const identify = (userId = 'u1', traits: Json = {}): Json => ({ type: 'identify', userId, traits });
export const group = (userId = 'u1', groupId = 'acme', traits: Json = {}): Json => ({
  type: 'group',
  userId,
  groupId,
  traits,
});
export const track = (userId = 'u1', event = 'Signed Up'): Json => ({ type: 'track', userId, event });

/** The events in the compacted form. */
export function compacted(events: readonly HostEvent[]): Json {
  return {
    input: events.map(({ message, metadata }) => ({ message, metadata })),
    destinations: Object.fromEntries(
      events.map(({ metadata, destination }) => [String(metadata.destinationId), destination]),
    ),
    connections: {},
  };
}

/** An answer as a test looks at it. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  readonly body: any; // eslint-disable-line @typescript-eslint/no-explicit-any -- a test may look anywhere
}

/** A service with a simulated PX behind it. */
export interface World {
  readonly service: Service;
  readonly simulator: Simulator;
  /** Everything that was logged. */
  readonly logged: () => string;
  post(url: string, body: unknown, headers?: Record<string, string>): Promise<Answer>;
  get(url: string): Promise<Answer>;
  /** `/routerTransform` with these jobs; the items of the answer. */
  route(events: readonly HostEvent[], headers?: Record<string, string>): Promise<Json[]>;
}

/** As the service sends by default. */
const send = createHttpFetch();

const cleanups: (() => unknown)[] = [];

/** Ends what tests started; for `afterEach`. */
export async function cleanUp(): Promise<void> {
  for (const clean of cleanups.splice(0).reverse()) await clean();
}

export async function world(options: ServiceOptions = {}, px: SimulatorOptions = {}): Promise<World> {
  const simulator = createSimulator({ apiKey: KEY, ...px });
  const { origin } = await simulator.listen();
  cleanups.push(() => simulator.close());
  let logged = '';
  const note = (fields: object, message: string): void => {
    logged += `${JSON.stringify(fields)} ${message}\n`;
  };
  const service = createService({
    fetch: (url, init) => send(url.replace(/^https:\/\/[^/]+/, origin), init),
    log: { info: note, warn: note, error: note },
    ...options,
    router: {
      backoffBaseMs: 0,
      requestTimeoutMs: 10_000,
      maxAttempts: 2,
      requestsPerSecond: Infinity,
      requestsPerDay: Infinity,
      ...options.router,
    },
  });
  cleanups.push(() => service.close());
  const answer = (reply: { statusCode: number; headers: object; body: string }): Answer => ({
    status: reply.statusCode,
    headers: reply.headers as Record<string, unknown>,
    text: reply.body,
    body: reply.body.startsWith('{') || reply.body.startsWith('[') ? JSON.parse(reply.body) : undefined,
  });
  const post: World['post'] = async (url, body, headers = {}) =>
    answer(
      await service.inject({
        method: 'POST',
        url,
        headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
        payload: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    );
  return {
    service,
    simulator,
    logged: () => logged,
    post,
    get: async (url) => answer(await service.inject({ method: 'GET', url })),
    route: async (events, headers) => {
      const reply = await post('/routerTransform', { input: events, destType: 'gainsight_px' }, headers);
      expect(reply.status).toBe(200);
      expect(reply.headers.apiversion).toBe('2');
      return reply.body.output as Json[];
    },
  };
}

/** The statuses of items, in order of their job ids. */
export function statuses(items: readonly Json[]): unknown[] {
  return [...items].sort((a, b) => jobIdOf(a) - jobIdOf(b)).map(({ statusCode }) => statusCode);
}

export function jobIdOf({ metadata }: Json): number {
  return Number(([metadata].flat() as Json[])[0]!.jobId);
}
