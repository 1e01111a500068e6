import { EventEmitter } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JsonObject } from '../../src/core/json/json-object';

export type FakeRoute = 'features' | 'router' | 'processor' | 'proxy' | 'deletion';

/** An answer before it is written. */
export interface FakeReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export interface FakeServiceOptions {
  /** Changes a correct answer. */
  readonly spoil?: (reply: FakeReply, route: FakeRoute, count: number) => FakeReply;
}

export interface FakeService {
  readonly url: string;
  /** The request bodies, parsed. */
  readonly received: readonly {
    readonly method: string;
    readonly path: string;
    readonly route: FakeRoute;
    readonly headers: JsonObject;
    readonly body: unknown;
  }[];
  /** Resolves when a route has answered a request. */
  untilAsked(route: FakeRoute): Promise<void>;
  close(): Promise<void>;
}

interface Input {
  readonly message: JsonObject;
  readonly metadata: JsonObject;
  readonly destination?: JsonObject;
}

const FEATURES = {
  routerTransform: { GAINSIGHT_PX: true },
  regulations: ['GAINSIGHT_PX'],
  supportSourceTransformV1: true,
  upgradedToSourceTransformV2: true,
  supportTransformerProxyV1: true,
  supportDestTransformCompactedPayloadV1: true,
};

/**
 * A minimal transformer that keeps every rule of the contract: each event becomes one custom event in PX, and
 * the proxy route sends nothing. With `spoil`, it breaks the rule that a test chooses.
 */
export async function startFakeService({
  spoil = (reply) => reply,
}: FakeServiceOptions = {}): Promise<FakeService> {
  const received: FakeService['received'][number][] = [];
  const answered = new EventEmitter();
  const server = createServer((request, response) => {
    void serve(request, response);
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const { method = '', url: path = '' } = request;
    const route = routeOf(path);
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    received.push({ method, path, route, headers: request.headers, body });
    const right = { status: 200, headers: { apiVersion: '2' }, body: ANSWERS[route](body) };
    const count = received.filter((other) => other.route === route).length;
    const reply = spoil(right, route, count);
    response.writeHead(reply.status, { 'Content-Type': 'application/json', ...reply.headers });
    const answer = typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body);
    response.end(answer, () => answered.emit(route));
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    untilAsked: (route) => new Promise((resolve) => answered.once(route, resolve)),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function routeOf(path: string): FakeRoute {
  if (path === '/features') return 'features';
  if (path === '/routerTransform') return 'router';
  if (path === '/deleteUsers') return 'deletion';
  return path.endsWith('/proxy') ? 'proxy' : 'processor';
}

const ANSWERS: Readonly<Record<FakeRoute, (body: unknown) => unknown>> = {
  features: () => FEATURES,
  deletion: () => [{ statusCode: 200, status: 'successful' }],
  router: (body) => {
    const { input, destinations } = body as { input: Input[]; destinations?: Record<string, JsonObject> };
    return {
      output: input.map(({ message, metadata, destination }) => ({
        batchedRequest: descriptor(message),
        metadata: [metadata],
        destination: destination ?? destinations?.[metadata.destinationId as string],
        batched: false,
        statusCode: 200,
      })),
    };
  },
  processor: (body) => {
    const input = (Array.isArray(body) ? body : (body as { input: unknown }).input) as Input[];
    return input.map(({ message, metadata }) => ({ output: descriptor(message), metadata, statusCode: 200 }));
  },
  proxy: (body) => {
    const { metadata } = body as { metadata: JsonObject | JsonObject[] };
    if (!Array.isArray(metadata))
      return { output: { status: 200, message: 'sent', destinationResponse: '' } };
    const response = metadata.map(({ jobId, dontBatch }) => ({
      statusCode: 200,
      metadata: { jobId, dontBatch },
      error: 'sent',
    }));
    return { output: { status: 200, message: 'sent', response } };
  },
};

function descriptor({ userId, properties = {} }: JsonObject): JsonObject {
  return {
    version: '1',
    type: 'REST',
    method: 'POST',
    endpoint: 'https://api.aptrinsic.com/v1/events/custom',
    endpointPath: 'events',
    userId: '',
    headers: { 'X-APTRINSIC-API-KEY': 'key', 'Content-Type': 'application/json' },
    params: {},
    body: {
      JSON: {
        identifyId: userId,
        eventName: 'Fake',
        propertyKey: 'AP-FAKE-2',
        date: 1767323045000,
        userType: 'USER',
        attributes: properties,
      },
      JSON_ARRAY: {},
      XML: {},
      FORM: {},
    },
    files: {},
  };
}
