import type {
  Attributes,
  Context,
  Span,
  SpanStatus,
  TextMapGetter,
  TextMapPropagator,
  Tracer,
} from '@opentelemetry/api';
import type {
  SentRequest,
  ServedRequest,
  ServedResult,
  ServedSpan,
  TraceParent,
  Tracing,
} from '../service/index.js';
import type { Packages } from './packages.js';

type Api = Packages['api'];

const GETTER: TextMapGetter<TraceParent> = {
  keys: () => ['traceparent', 'tracestate'],
  get: (parent, name) => parent[name as keyof TraceParent],
};

/**
 * Makes spans with OpenTelemetry. Attributes have the names of its semantic conventions for HTTP; those that begin with `gainsight_px.` are our
 * own.
 */
export class OtelTracing implements Tracing {
  readonly #propagator: TextMapPropagator;

  constructor(
    private readonly tracer: Tracer,
    { api, core }: Pick<Packages, 'api' | 'core'>,
  ) {
    this.api = api;
    this.#propagator = new core.W3CTraceContextPropagator();
  }

  private readonly api: Api;

  begin(parent: TraceParent, { method, route, startMs }: ServedRequest): ServedSpan | undefined {
    const { ROOT_CONTEXT, SpanKind, trace } = this.api;
    const context = this.#propagator.extract(ROOT_CONTEXT, parent, GETTER);
    // It returns the same context where it finds no valid parent.
    if (context === ROOT_CONTEXT) return undefined;
    const attributes = { 'http.request.method': method, 'http.route': route };
    const options = { kind: SpanKind.SERVER, startTime: startMs, attributes };
    const span = this.tracer.startSpan(`${method} ${route}`, options, context);
    return new OtelServedSpan(this.tracer, this.api, span, trace.setSpan(context, span));
  }
}

class OtelServedSpan implements ServedSpan {
  constructor(
    private readonly tracer: Tracer,
    private readonly api: Api,
    private readonly span: Span,
    private readonly context: Context,
  ) {
    this.isRecording = span.isRecording();
  }

  readonly isRecording: boolean;

  sent(request: SentRequest): void {
    const { record, template, startMs, endMs } = request;
    const options = {
      kind: this.api.SpanKind.CLIENT,
      startTime: startMs,
      attributes: sentAttributes(request),
    };
    const span = this.tracer.startSpan(`${record.method} ${template}`, options, this.context);
    if (faultOf(request) !== undefined) span.setStatus(this.#error());
    span.end(endMs);
  }

  end({ status, outcomes, codes, endMs }: ServedResult): void {
    let total = 0;
    for (const [outcome, count] of Object.entries(outcomes)) {
      this.span.setAttribute(`gainsight_px.events.${snakeCase(outcome)}`, count);
      total += count;
    }
    this.span.setAttribute('gainsight_px.events.total', total);
    if (codes.length > 0) this.span.setAttribute('gainsight_px.error_codes', [...codes]);
    if (status !== undefined) this.span.setAttribute('http.response.status_code', status);
    if (status === undefined || status >= 500) {
      this.span.setAttribute('error.type', status === undefined ? 'connection_closed' : String(status));
      this.span.setStatus(this.#error());
    }
    this.span.end(endMs);
  }

  #error(): SpanStatus {
    return { code: this.api.SpanStatusCode.ERROR };
  }
}

function sentAttributes(request: SentRequest): Attributes {
  const { record, address, port, template, resends } = request;
  const fault = faultOf(request);
  return {
    'http.request.method': record.method,
    'server.address': address,
    'server.port': port,
    'url.template': template,
    ...(record.status === undefined ? {} : { 'http.response.status_code': record.status }),
    ...(fault === undefined ? {} : { 'error.type': fault }),
    ...(resends === 0 ? {} : { 'http.request.resend_count': resends }),
    'gainsight_px.step': record.step,
    'gainsight_px.route': record.route,
    'gainsight_px.verdict': record.verdict,
    'gainsight_px.waited_ms': record.waitedMs,
  };
}

/** An object that PX does not know is not a fault: plans ask for that. */
function faultOf({ record: { verdict, errorCode, status } }: SentRequest): string | undefined {
  if (verdict === 'ok' || verdict === 'notFound') return undefined;
  return errorCode ?? String(status);
}

/** Names of attributes are written so: `handedOver` becomes `handed_over`. */
const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
