import type { JsonObject } from '../../src/core/json/json-object';
import { createSimulator, type Simulator } from '../../src/simulator';
import { gainsightDestination } from './destination';
import { startFakeService, type FakeReply, type FakeRoute, type FakeService } from './fake-service';
import { createHost, type HostOptions } from './simulated-host';
import type { HostEvent } from './job';
import { rulesOf, type HostReport } from './report';
import { shortened } from './timing';
import { RULES, type Rule } from './violation';

/**
 * The host simulator, tested: a service that keeps every rule is let through, and each rule that it breaks on
 * purpose is seen.
 */
let px: Simulator;
let origin: string;
let service: FakeService | undefined;

beforeAll(async () => {
  px = createSimulator();
  ({ origin } = await px.listen());
});

afterAll(() => px.close());

afterEach(async () => {
  await service?.close();
  service = undefined;
  px.reset();
});

const destination = gainsightDestination({ apiKey: 'key', productTagKey: 'AP-FAKE-2' });

function events(count: number): HostEvent[] {
  return Array.from({ length: count }, (_, index) => ({
    message: { type: 'track', userId: `user-${index % 2}`, event: 'Fake', properties: { seq: index } },
    destination,
    metadata: { unknown: { nested: [index] } },
    recordId: [index, null],
  }));
}

type Spoil = (reply: FakeReply, count: number) => FakeReply;

async function runAgainst(
  spoils: Partial<Record<FakeRoute, Spoil>>,
  options: Partial<HostOptions> = {},
): Promise<HostReport> {
  service = await startFakeService({
    spoil: (reply, route, count) => spoils[route]?.(reply, count) ?? reply,
  });
  return createHost({
    transformUrl: service.url,
    resolve: (url) => url.replace('https://api.aptrinsic.com', origin),
    timing: shortened(10_000),
    workers: 1,
    jobsPerBatch: 20,
    patience: 3,
    ...options,
  }).run(events(4));
}

const withBody =
  (change: (body: never) => unknown): Spoil =>
  (reply) => ({
    ...reply,
    body: change(structuredClone(reply.body) as never),
  });

type Item = JsonObject & { metadata: JsonObject[]; batchedRequest: JsonObject };

/** Changes the first of the router's items. */
const withItem = (change: (item: Item) => unknown): Spoil =>
  withBody(({ output: [first, ...rest] }: { output: Item[] }) => ({ output: [change(first!), ...rest] }));

const withDescriptor = (changes: JsonObject): Spoil =>
  withItem((item) => ({ ...item, batchedRequest: { ...item.batchedRequest, ...changes } }));

const withMetadata = (changes: JsonObject): Spoil =>
  withItem((item) => ({ ...item, metadata: [{ ...item.metadata[0], ...changes }] }));

const withStatus =
  (status: number): Spoil =>
  (reply) => ({ ...reply, status });
const withoutVersion: Spoil = (reply) => ({ ...reply, headers: {} });
const withVersion1: Spoil = (reply) => ({ ...reply, headers: { apiVersion: '1' } });

describe('a service that keeps every rule', () => {
  const ways: [string, Partial<HostOptions>][] = [
    ['at the router, plain', { compacted: false }],
    ['at the router, compacted', { compacted: true }],
    ['at the processor, plain', { transformAt: 'processor', compacted: false }],
    ['at the processor, compacted', { transformAt: 'processor', compacted: true }],
    ['by proxy v1', { delivery: 'proxy' }],
    ['by proxy v0', { delivery: 'proxy', proxyVersion: 'v0' }],
    ['at the processor, by proxy', { transformAt: 'processor', delivery: 'proxy' }],
  ];

  it.each(ways)('is let through: %s', async (_, options) => {
    const report = await runAgainst({}, options);
    expect(report).toMatchObject({ violations: [], panicked: false, states: { Succeeded: 4 } });
    expect(px.state.events.total).toBe(options.delivery === 'proxy' ? 0 : 4);
  });

  it('reads it from the request of the host', async () => {
    await runAgainst({}, { compacted: true, delivery: 'proxy' });
    const [transform, proxy] = ['router', 'proxy'].map((name) =>
      service!.received.find(({ route }) => route === name),
    );
    expect(transform).toMatchObject({
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'x-content-format': 'json+compactedv1',
        'x-feature-filter-code': '?1',
        'x-feature-gzip-support': '?1',
        connection: 'close',
      },
      body: { destType: 'gainsight_px', destinations: { 'dest-1': { ID: 'dest-1' } } },
    });
    expect(proxy).toMatchObject({
      headers: { 'content-type': 'application/json', 'rdproxy-timeout': '10000' },
      body: {
        type: 'REST',
        metadata: [{ jobId: 1, userId: '', secret: null }],
        destinationConfig: { apiKey: 'key' },
      },
    });
  });
});

/** For each rule, a service that breaks it, and what the host has to see. */
const BREACHES: readonly [
  claim: string,
  rule: Rule,
  Partial<Record<FakeRoute, Spoil>>,
  Partial<HostOptions>?,
][] = [
  ['1: no apiVersion on a 200 of the router', 'api-version', { router: withoutVersion }],
  ['1: another apiVersion on a 200 of the router', 'api-version', { router: withVersion1 }],
  [
    '1: no apiVersion on a 200 of the processor',
    'api-version',
    { processor: withoutVersion },
    { transformAt: 'processor' },
  ],
  ['no apiVersion at the proxy', 'proxy-no-api-version', { proxy: withoutVersion }, { delivery: 'proxy' }],
  [
    '2: both source flags false',
    'features-source-flags',
    {
      features: withBody((body: JsonObject) => ({
        ...body,
        supportSourceTransformV1: false,
        upgradedToSourceTransformV2: false,
      })),
    },
  ],
  [
    '2: both source flags missing',
    'features-source-flags',
    { features: withBody(() => ({ routerTransform: { GAINSIGHT_PX: true } })) },
  ],
  ['features that are not JSON', 'features-unreadable', { features: withBody(() => 'OK') }],
  [
    '3: metadata without an unknown key',
    'metadata-not-echoed',
    { router: withMetadata({ unknown: undefined }) },
  ],
  ['3: metadata with another attemptNum', 'metadata-not-echoed', { router: withMetadata({ attemptNum: 7 }) }],
  [
    '3: metadata without firstAttemptedAt',
    'metadata-not-echoed',
    { router: withMetadata({ firstAttemptedAt: undefined }) },
  ],
  ['3: metadata with a further key', 'metadata-not-echoed', { router: withMetadata({ further: 1 }) }],
  ['3: metadata of another user', 'metadata-not-echoed', { router: withMetadata({ userId: 'other' }) }],
  [
    '3: metadata with another recordId at the processor',
    'metadata-not-echoed',
    {
      processor: withBody((items: { metadata: JsonObject }[]) =>
        items.map((item) => ({ ...item, metadata: { ...item.metadata, recordId: '1' } })),
      ),
    },
    { transformAt: 'processor' },
  ],
  ['metadata with the host’s own record', 'reserved-key', { router: withMetadata({ jobsT: {} }) }],
  [
    '4: a job that is missing',
    'jobs-not-once-each',
    { router: withBody(({ output }: { output: Item[] }) => ({ output: output.slice(1) })) },
  ],
  [
    '4: a job in two items',
    'jobs-not-once-each',
    { router: withBody(({ output }: { output: Item[] }) => ({ output: [...output, output[0]] })) },
  ],
  [
    '4: one job in two items, another in none',
    'jobs-not-once-each',
    { router: withBody(({ output }: { output: Item[] }) => ({ output: [output[1], ...output.slice(1)] })) },
  ],
  ['4: a job that was not sent', 'foreign-job', { router: withMetadata({ jobId: 99 }) }],
  [
    '4: an item without metadata',
    'item-without-jobs',
    {
      router: withBody(({ output }: { output: Item[] }) => {
        const [first, second, ...rest] = output;
        // A retry may bring one job alone.
        if (first === undefined || second === undefined) return { output };
        const both = { ...second, metadata: [...first.metadata, ...second.metadata] };
        return { output: [{ ...first, metadata: [] }, both, ...rest] };
      }),
    },
  ],
  ...[201, 202, 204, 296].map((statusCode): (typeof BREACHES)[number] => [
    `5: an item with a bare ${statusCode}`,
    'bare-2xx',
    { router: withItem((item) => ({ ...item, statusCode })) },
  ]),
  [
    '5: an item done though the one before it is to come again',
    'done-before-its-predecessor',
    {
      router: withBody(({ output }: { output: Item[] }) => ({
        output: output.map((item, index) => ({ ...item, statusCode: index < 2 ? 500 : 299 })),
      })),
    },
  ],
  ['6: a 404 at the router', 'http-404', { router: withStatus(404) }],
  [
    '6: a 404 at the processor',
    'processor-http-4xx',
    { processor: withStatus(404) },
    { transformAt: 'processor' },
  ],
  [
    '6: a 413 at the processor',
    'processor-http-4xx',
    { processor: withStatus(413) },
    { transformAt: 'processor' },
  ],
  ['8: a descriptor of no type', 'descriptor-not-rest', { router: withDescriptor({ type: undefined }) }],
  ['8: a descriptor of type rest', 'descriptor-not-rest', { router: withDescriptor({ type: 'rest' }) }],
  ['8: a descriptor with files', 'descriptor-with-files', { router: withDescriptor({ files: { a: 'b' } }) }],
  [
    '9: a header that is a number',
    'descriptor-undecodable',
    { router: withDescriptor({ headers: { a: 1 } }) },
  ],
  ['9: params that are an array', 'descriptor-undecodable', { router: withDescriptor({ params: [] }) }],
  ['9: files that are a text', 'descriptor-undecodable', { router: withDescriptor({ files: '' }) }],
  ['9: a body that is a text', 'descriptor-undecodable', { router: withDescriptor({ body: '{}' }) }],
  ['9: a user id that is a number', 'descriptor-undecodable', { router: withDescriptor({ userId: 1 }) }],
  [
    '9: a batchedRequest that is missing',
    'descriptor-undecodable',
    { router: withItem(({ batchedRequest: _, ...item }) => item) },
  ],
  [
    '9: a body value that is an array',
    'body-value-no-object',
    { router: withDescriptor({ body: { JSON: [] } }) },
  ],
  [
    '9: a body value that is null',
    'body-value-no-object',
    { router: withDescriptor({ body: { XML: null } }) },
  ],
  ['10: an empty array', 'empty-array', { router: withItem((item) => ({ ...item, batchedRequest: [] })) }],
  ['two bodies', 'several-bodies', { router: withDescriptor({ body: { JSON: { a: 1 }, FORM: { b: 2 } } }) }],
  [
    'a body of no known format',
    'unknown-body-format',
    { router: withDescriptor({ body: { YAML: { a: 1 } } }) },
  ],
  [
    'an endpoint with a stray percent sign',
    'endpoint-malformed',
    { router: withDescriptor({ endpoint: 'https://api.aptrinsic.com/v1/users/100%zz' }) },
  ],
  [
    'an array whose item says that it comes from the processor',
    'array-at-processor',
    {
      router: withItem((item) => ({
        ...item,
        batchedRequest: [item.batchedRequest],
        metadata: [{ ...item.metadata[0], transformAt: 'processor' }],
      })),
    },
  ],
  ['a reply that is not JSON', 'reply-undecodable', { router: withBody(() => '<html>') }],
  ['a reply that is an array', 'reply-undecodable', { router: withBody(() => []) }],
  [
    'an error that is not a string',
    'reply-undecodable',
    { router: withItem((item) => ({ ...item, error: {} })) },
  ],
  [
    'a tag that is not a string',
    'reply-undecodable',
    { router: withItem((item) => ({ ...item, statTags: { errorType: 400 } })) },
  ],
  [
    'a time that is not RFC 3339',
    'reply-undecodable',
    { router: withMetadata({ workerAssignedTime: 'yesterday' }) },
  ],
  [
    'a status that is a text',
    'reply-undecodable',
    { router: withItem((item) => ({ ...item, statusCode: '200' })) },
  ],
  [
    'a key of the OAuth layer',
    'reserved-key',
    { router: withBody((body: JsonObject) => ({ ...body, originalResponse: '' })) },
  ],
  [
    'a NUL in an error',
    'nul-in-text',
    { router: withItem((item) => ({ ...item, statusCode: 400, error: 'a\u0000b' })) },
  ],
  [
    'a status that never passes',
    'never-ends',
    { router: withItem((item) => ({ ...item, statusCode: 500 })) },
  ],
  [
    'no configuration for the proxy',
    'no-destination-config',
    { router: withItem(({ destination: _, ...item }) => item) },
    { delivery: 'proxy' },
  ],
  [
    'a reply of the processor that is not JSON',
    'processor-reply-undecodable',
    { processor: withBody(() => '[') },
    { transformAt: 'processor' },
  ],
  [
    'an output of the processor that is an array',
    'processor-reply-undecodable',
    {
      processor: withBody((items: JsonObject[]) => items.map((item) => ({ ...item, output: [item.output] }))),
    },
    { transformAt: 'processor' },
  ],
  ...[299, 429, 500].map((statusCode): (typeof BREACHES)[number] => [
    `an item of the processor with ${statusCode}`,
    'processor-item-dropped',
    { processor: withBody((items: JsonObject[]) => items.map((item) => ({ ...item, statusCode }))) },
    { transformAt: 'processor' },
  ]),
  [
    'an event that is missing from the processor’s reply',
    'processor-event-missing',
    { processor: withBody((items: JsonObject[]) => items.slice(1)) },
    { transformAt: 'processor' },
  ],
  [
    'a processor that always fails',
    'processor-given-up',
    { processor: withStatus(500) },
    { transformAt: 'processor', patience: 100 },
  ],
  [
    'a processor that always asks to come again',
    'never-ends',
    { processor: (reply) => ({ ...reply, status: 503, headers: { 'X-Rudder-Should-Retry': 'true' } }) },
    { transformAt: 'processor' },
  ],
  ...['<html>', {}, { output: null }, { output: { response: [] } }].map((body): (typeof BREACHES)[number] => [
    `a proxy that answers ${JSON.stringify(body)}`,
    'proxy-reply-undecodable',
    { proxy: withBody(() => body) },
    { delivery: 'proxy' },
  ]),
  [
    'a proxied job with another number',
    'proxy-foreign-job',
    {
      proxy: withBody(() => ({
        output: { response: [{ statusCode: 200, metadata: { jobId: 99 }, error: '' }] },
      })),
    },
    { delivery: 'proxy' },
  ],
  [
    'a proxied job without an answer',
    'proxy-job-missing',
    {
      proxy: withBody(() => ({
        output: { response: [{ statusCode: 200, metadata: { jobId: 99 }, error: '' }] },
      })),
    },
    { delivery: 'proxy' },
  ],
  [
    'a proxied job with two answers',
    'proxy-job-twice',
    {
      proxy: withBody(({ output: { response } }: { output: { response: unknown[] } }) => ({
        output: { response: [...response, ...response] },
      })),
    },
    { delivery: 'proxy' },
  ],
  [
    'an array at the proxy whose first request is refused',
    'array-failure-hidden',
    {
      router: withItem((item) => ({ ...item, batchedRequest: [item.batchedRequest, item.batchedRequest] })),
      proxy: (reply, count) =>
        count > 1
          ? reply
          : { ...reply, body: { output: { response: [{ statusCode: 404, metadata: { jobId: 1 } }] } } },
    },
    { delivery: 'proxy' },
  ],
];

describe('a service that breaks a rule of the contract', () => {
  it.each(BREACHES)('is seen: %s', async (_, rule, spoils, options = {}) => {
    const report = await runAgainst(spoils, options);
    expect(rulesOf(report)).toContain(rule);
    expect(report.panicked).toBe(report.violations.some(({ effect }) => effect === 'panic'));
  });

  it('is seen: 7: nothing listens any more', async () => {
    const running = await startFakeService();
    const host = createHost({ transformUrl: running.url, timing: shortened(10_000), transformAt: 'router' });
    const closing = running.untilAsked('features').then(() => running.close());
    const report = await host.run(events(4));
    await closing;
    expect(rulesOf(report)).toEqual(['connection-refused']);
    expect(report.panicked).toBe(true);
  });

  it('has its breach here, whatever the rule', () => {
    const broken = new Set<Rule>(BREACHES.map(([, rule]) => rule));
    expect(Object.keys(RULES).filter((rule) => !broken.has(rule as Rule))).toEqual(['connection-refused']);
  });
});
