import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-base';
import type { SentRequest, ServedSpan } from '../../src/service';
import { OtelTracing } from '../../src/tracing/otel-tracing';
import { loadPackages } from '../../src/tracing/packages';
import { END, PARENT, PARENT_ID, SENT, SERVED, TRACE_ID } from './spans';

const sent = (record: Partial<SentRequest['record']>, resends = 0): SentRequest => ({
  ...SENT,
  record: { ...SENT.record, ...record },
  resends,
});

/** Tracing whose spans stay in memory. */
async function open() {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const tracing = new OtelTracing(provider.getTracer('test'), await loadPackages());
  const spans = (): ReadableSpan[] => exporter.getFinishedSpans();
  const named = (name: string): ReadableSpan => {
    const found = spans().filter((span) => span.name === name);
    expect(found).toHaveLength(1);
    return found[0]!;
  };
  const begin = (traceparent = PARENT.traceparent): ServedSpan => tracing.begin({ traceparent }, SERVED)!;
  return { tracing, begin, spans, named };
}

const msOf = ([seconds, nanos]: readonly [number, number]): number => seconds * 1e3 + nanos / 1e6;
const isError = ({ status }: ReadableSpan): boolean => status.code === SpanStatusCode.ERROR;

describe('spans', () => {
  test('a served request is a child of its caller, and a request to PX is a child of that', async () => {
    const { begin, named } = await open();
    const span = begin();
    span.sent(SENT);
    span.end({
      status: 200,
      outcomes: { delivered: 2, handedOver: 1 },
      codes: ['blocked'],
      endMs: END.endMs,
    });
    const served = named('POST /routerTransform');
    expect(served.spanContext().traceId).toBe(TRACE_ID);
    expect(served.parentSpanContext).toMatchObject({ spanId: PARENT_ID, isRemote: true });
    expect([served.kind, isError(served)]).toEqual([SpanKind.SERVER, false]);
    expect(served.attributes).toEqual({
      'http.request.method': 'POST',
      'http.route': '/routerTransform',
      'http.response.status_code': 200,
      'gainsight_px.events.delivered': 2,
      'gainsight_px.events.handed_over': 1,
      'gainsight_px.events.total': 3,
      'gainsight_px.error_codes': ['blocked'],
    });
    expect([msOf(served.startTime), msOf(served.endTime)]).toEqual([SERVED.startMs, END.endMs]);
    const request = named('PUT /v1/users/{identifyId}');
    expect(request.spanContext().traceId).toBe(TRACE_ID);
    expect(request.parentSpanContext?.spanId).toBe(served.spanContext().spanId);
    expect([request.kind, isError(request)]).toEqual([SpanKind.CLIENT, false]);
    expect([msOf(request.startTime), msOf(request.endTime)]).toEqual([SENT.startMs, SENT.endMs]);
    expect(request.attributes).toEqual({
      'http.request.method': 'PUT',
      'server.address': 'api.aptrinsic.com',
      'server.port': 443,
      'url.template': '/v1/users/{identifyId}',
      'http.response.status_code': 204,
      'gainsight_px.step': 'updateUser',
      'gainsight_px.route': 'users.update',
      'gainsight_px.verdict': 'ok',
      'gainsight_px.waited_ms': 3.5,
    });
  });

  test.each<[string, Partial<SentRequest['record']>, string | undefined]>([
    ['an unknown object is no error: plans ask for that', { status: 404, verdict: 'notFound' }, undefined],
    ['an object that is there already', { status: 400, verdict: 'ok' }, undefined],
    ['a refusal', { status: 400, verdict: 'rejected' }, '400'],
    ['a 404 of something else than PX', { status: 404, verdict: 'unavailable' }, '404'],
    ['a throttle', { status: 429, verdict: 'throttled' }, '429'],
    [
      'a broken answer',
      { status: 200, errorCode: 'UND_ERR_SOCKET', verdict: 'unreachable' },
      'UND_ERR_SOCKET',
    ],
  ])('%s', async (_, record, type) => {
    const { begin, named } = await open();
    const served = begin();
    served.sent(sent(record, 2));
    served.end(END);
    const span = named('PUT /v1/users/{identifyId}');
    const { attributes } = span;
    expect([attributes['error.type'], isError(span)]).toEqual([type, type !== undefined]);
    expect(attributes['http.request.resend_count']).toBe(2);
  });

  test('a request without an answer has no status', async () => {
    const { begin, named } = await open();
    const span = begin();
    const { status: _, ...unanswered } = SENT.record;
    span.sent({ ...SENT, record: { ...unanswered, errorCode: 'TIMEOUT', verdict: 'unreachable' } });
    span.end(END);
    const { attributes } = named('PUT /v1/users/{identifyId}');
    expect(attributes).toMatchObject({ 'error.type': 'TIMEOUT' });
    expect(attributes).not.toHaveProperty('http.response.status_code');
  });

  test.each<[number | undefined, string | undefined]>([
    [200, undefined],
    [413, undefined],
    [503, '503'],
    [undefined, 'connection_closed'],
  ])('a response with the status %s', async (status, type) => {
    const { begin, named } = await open();
    begin().end({ ...END, status });
    const span = named('POST /routerTransform');
    const { attributes } = span;
    expect([attributes['error.type'], isError(span)]).toEqual([type, type !== undefined]);
    expect(attributes['http.response.status_code']).toBe(status);
  });

  test('a request that ends after its parent is exported, too', async () => {
    const { begin, spans } = await open();
    const span = begin();
    span.end(END);
    span.sent(SENT);
    expect(spans()).toHaveLength(2);
  });
});

describe('traceparent', () => {
  test.each([
    '',
    'nonsense',
    TRACE_ID,
    `00-${TRACE_ID}-${PARENT_ID}`,
    `00-${TRACE_ID}-${PARENT_ID}-01-more`,
    `ff-${TRACE_ID}-${PARENT_ID}-01`,
    `00-${'0'.repeat(32)}-${PARENT_ID}-01`,
    `00-${TRACE_ID}-${'0'.repeat(16)}-01`,
    `00-${TRACE_ID.toUpperCase()}-${PARENT_ID}-01`,
    `${PARENT.traceparent}, ${PARENT.traceparent}`,
  ])('is ignored where it is not valid: %s', async (traceparent) => {
    const { tracing } = await open();
    expect(tracing.begin({ traceparent }, SERVED)).toBeUndefined();
  });

  test('of a later version is read', async () => {
    const { tracing } = await open();
    expect(tracing.begin({ traceparent: `01-${TRACE_ID}-${PARENT_ID}-01-more` }, SERVED)).toBeDefined();
  });

  test('that is not sampled: nothing is exported', async () => {
    const { begin, spans } = await open();
    const span = begin(`00-${TRACE_ID}-${PARENT_ID}-00`);
    expect(span.isRecording).toBe(false);
    span.sent(SENT);
    span.end(END);
    expect(spans()).toEqual([]);
  });

  test('its state goes on with the spans', async () => {
    const { tracing, spans } = await open();
    tracing.begin({ ...PARENT, tracestate: 'vendor=opaque' }, SERVED)!.end(END);
    expect(spans()[0]!.spanContext().traceState?.serialize()).toBe('vendor=opaque');
  });
});
