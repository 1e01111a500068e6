import { mergeFeatures } from '../../src/protocol/features';
import { systemClock } from '../../src/runtime/clock';
import { cleanUp, CONFIG, group, identify, job, track, world } from './running-service';

afterEach(cleanUp);

test('/features always has a true upgradedToSourceTransformV2 or supportSourceTransformV1, and names the destination', async () => {
  const { get } = await world();
  const { status, body } = await get('/features');
  expect(status).toBe(200);
  expect(body).toEqual({
    routerTransform: { GAINSIGHT_PX: true },
    regulations: ['GAINSIGHT_PX'],
    supportSourceTransformV1: true,
    upgradedToSourceTransformV2: true,
    supportTransformerProxyV1: true,
    supportDestTransformCompactedPayloadV1: true,
  });
});

test("a front sets routerTransform.GAINSIGHT_PX and appends to regulations; every other flag stays the upstream's", () => {
  const upstream = {
    routerTransform: { BRAZE: true, GAINSIGHT_PX: false },
    regulations: ['AM'],
    supportTransformerProxyV1: false,
    other: { x: 1 },
  };
  expect(mergeFeatures(upstream)).toEqual({
    routerTransform: { BRAZE: true, GAINSIGHT_PX: true },
    regulations: ['AM', 'GAINSIGHT_PX'],
    supportTransformerProxyV1: false,
    other: { x: 1 },
  });
  expect(mergeFeatures({ regulations: ['GAINSIGHT_PX'] }).regulations).toEqual(['GAINSIGHT_PX']);
});

test.each([undefined, [], null])(
  'where the upstream lists no regulations (%j), the built-in list of the host comes first',
  (regulations) => {
    const merged = mergeFeatures({ regulations }).regulations as string[];
    expect(merged).toHaveLength(13);
    expect(merged.slice(0, 2)).toEqual(['BRAZE', 'AM']);
    expect(merged.at(-1)).toBe('GAINSIGHT_PX');
  },
);

test('/health says 200 while the service is up, to HEAD as well, and 503 as soon as it is to stop', async () => {
  const { get, service, post } = await world({ version: '1.2.3' });
  expect(await get('/health')).toMatchObject({ status: 200, body: { service: 'UP', version: '1.2.3' } });
  expect((await service.inject({ method: 'HEAD', url: '/health' })).statusCode).toBe(200);
  const hurry = new AbortController();
  const stopped = service.stop({ graceMs: 60_000, hurry: hurry.signal });
  expect((await get('/health')).status).toBe(503);
  expect((await post('/v0/destinations/gainsight_px', [job(1, track())])).status).toBe(200);
  hurry.abort();
  await stopped;
});

test.each([Infinity, 180])(
  'with %d requests a second, a busy process is not taken for a wait for the rate limit',
  async (requestsPerSecond) => {
    let nowMs = 0;
    // Each look at it finds it 5 ms later.
    const clock = { ...systemClock, nowMs: () => (nowMs += 5) };
    const { route, get } = await world({ router: { clock, requestsPerSecond } });
    await route([job(1, identify('u1')), job(2, identify('u2'), { userId: 'k2' })]);
    const { text } = await get('/metrics');
    expect(text).toMatch(/^gainsight_px_px_rate_limit_waits_total 0$/m);
    expect(text).toMatch(/^gainsight_px_px_rate_limit_wait_seconds_total 0$/m);
  },
);

test('a limiter that gives its turns without a promise makes nothing wait', async () => {
  const acquire = (): Promise<void> => undefined as unknown as Promise<void>;
  const { route, get } = await world({ router: { rateLimiter: () => ({ acquire }) } });
  expect(await route([job(1, identify())])).toMatchObject([{ statusCode: 299 }]);
  expect((await get('/metrics')).text).toMatch(/^gainsight_px_px_rate_limit_waits_total 0$/m);
});

test('/metrics counts what had to wait for the rate limit, and how long', async () => {
  const { route, get } = await world({ router: { requestsPerSecond: 1 } });
  await route([job(1, group('u1', 'acme'))]);
  const { text } = await get('/metrics');
  expect(text).toMatch(/^gainsight_px_px_rate_limit_waits_total [1-9]/m);
  expect(text).toMatch(/^gainsight_px_px_rate_limit_wait_seconds_total [1-9]/m);
});

test('/metrics counts requests, events, requests to PX, retries, waits, caches and the delay of the event loop', async () => {
  const { route, get, simulator } = await world();
  simulator.configure({ faults: [{ fault: 'error-500', nth: 1 }] });
  await route([job(1, identify()), job(2, track()), job(3, { type: 'page' })]);
  const { text } = await get('/metrics');
  for (const line of [
    'gainsight_px_http_requests_total{route="/routerTransform",status="200"} 1',
    'gainsight_px_events_total{route="routerTransform",type="identify",outcome="delivered"} 1',
    'gainsight_px_events_total{route="routerTransform",type="track",outcome="delivered"} 1',
    'gainsight_px_events_total{route="routerTransform",type="page",outcome="filtered"} 1',
    'gainsight_px_px_requests_total{route="users.update",status="500"} 1',
    'gainsight_px_px_requests_total{route="users.create",status="201"} 1',
    'gainsight_px_px_retries_total 1',
    'gainsight_px_px_rate_limit_waits_total 0',
    'gainsight_px_configuration_cache_entries 1',
    'gainsight_px_router_scopes 1',
  ])
    expect(text.split('\n')).toContain(line);
  expect(text).toMatch(/gainsight_px_px_request_duration_seconds_bucket\{le="0.005",route="users.create"\}/);
  expect(text).toMatch(/^nodejs_eventloop_lag_p99_seconds /m);
});

describe('the reason of what was not delivered is in the metrics and in the log line of the request', () => {
  const reason = (text: string): string[] =>
    text.split('\n').filter((line) => line.startsWith('gainsight_px_event_reasons_total{'));

  test('on the router route', async () => {
    const { route, get, simulator, logged } = await world({ router: { maxAttempts: 1 } });
    simulator.configure({ faults: [{ fault: { status: 401 }, when: ({ id }) => id === 'denied' }] });
    await route([
      job(1, identify('denied'), { userId: 'k1' }),
      job(2, identify('denied'), { userId: 'k2' }),
      job(3, { type: 'track', userId: 'u' }, { userId: 'k3' }),
      job(4, { type: 'alias', userId: 'u' }, { userId: 'k4' }),
      job(5, identify('ok'), { userId: 'k5' }),
      job(6, track('u6'), { userId: 'k6' }, null),
      job(7, track('u7'), { userId: 'k6' }),
    ]);
    expect(reason((await get('/metrics')).text).sort()).toEqual([
      'gainsight_px_event_reasons_total{route="routerTransform",outcome="dropped",code="denied"} 2',
      'gainsight_px_event_reasons_total{route="routerTransform",outcome="dropped",code="event_name_missing"} 1',
      'gainsight_px_event_reasons_total{route="routerTransform",outcome="filtered",code="type_filtered"} 1',
      'gainsight_px_event_reasons_total{route="routerTransform",outcome="retry",code="blocked"} 1',
      'gainsight_px_event_reasons_total{route="routerTransform",outcome="retry",code="internal"} 1',
    ]);
    expect(logged()).toContain(
      '"codes":{"denied":2,"event_name_missing":1,"type_filtered":1,"internal":1,"blocked":1}',
    );
  });

  test('on the processor route, for what is dropped and for what comes again', async () => {
    const { post, get, simulator } = await world({ router: { maxAttempts: 1 } });
    await post('/v0/destinations/gainsight_px', [job(1, {}), job(2, identify('u2'), { userId: 'k2' })]);
    simulator.configure({ faults: [{ fault: { status: 500 } }] });
    await post('/v0/destinations/gainsight_px', [job(3, track()), job(4, identify('u4'))]);
    expect(reason((await get('/metrics')).text).sort()).toEqual([
      'gainsight_px_event_reasons_total{route="processor",outcome="dropped",code="type_missing"} 1',
      'gainsight_px_event_reasons_total{route="processor",outcome="retry",code="unavailable"} 1',
    ]);
  });

  test('on the delivery proxy, and for erasures', async () => {
    const { route, post, get, simulator } = await world({ mode: 'delivery', router: { maxAttempts: 1 } });
    const [item] = await route([job(1, track())]);
    simulator.configure({ faults: [{ fault: { status: 422 } }] });
    await post('/v1/destinations/gainsight_px/proxy', {
      ...(item!.batchedRequest as object),
      metadata: [{ jobId: 1 }, { jobId: 2 }],
      destinationConfig: (item!.destination as { Config: unknown }).Config,
    });
    simulator.configure({ faults: [{ fault: { status: 401 } }] });
    await post('/deleteUsers', [
      { destType: 'gainsight_px', config: CONFIG, userAttributes: [{ userId: 'u1' }] },
    ]);
    expect(reason((await get('/metrics')).text).sort()).toEqual([
      'gainsight_px_event_reasons_total{route="deleteUsers",outcome="retry",code="denied"} 1',
      'gainsight_px_event_reasons_total{route="proxy",outcome="dropped",code="rejected"} 2',
    ]);
  });
});

test('/inspect has the page of the options, and nothing without one', async () => {
  const { service } = await world({ inspectorPage: '<!doctype html>' });
  const { statusCode, headers, body } = await service.inject('/inspect');
  expect([statusCode, headers['content-type'], body]).toEqual([
    200,
    'text/html; charset=utf-8',
    '<!doctype html>',
  ]);
  expect((await (await world()).service.inject('/inspect')).statusCode).toBe(500);
});
