import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ErrorCode, JsonObject, RequestPlan } from '../../core/index.js';
import { pathTemplate, type RouteName } from '../../destinations/gainsight_px/index.js';
import type { RequestRecord } from '../../router/index.js';
import type { Clock } from '../../runtime/index.js';
import type { CountedEvent } from './event-outcome.js';
import type { EventOutcome } from './outcome-names.js';
import type { ServedRequest, ServedSpan, TraceParent, Tracing } from './tracing.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Undefined where nothing is traced: no `tracing`, or a request that another transformer serves. */
    trace: RequestTrace | undefined;
  }
}

/** What a {@link RequestTrace} needs. */
export interface TraceSettings {
  readonly tracing: Tracing;
  readonly clock: Clock;
  /** Where requests are sent in place of the address in their plan. */
  readonly origin: string | undefined;
}

/** A valid one has 55 characters; a later version may be longer. A long text is a slow key of a map. */
const LONGEST_TRACEPARENT = 256;

const isPossible = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= LONGEST_TRACEPARENT;

/** The events of one trace. */
interface Tally {
  readonly outcomes: Partial<Record<EventOutcome, number>>;
  readonly codes: Set<ErrorCode>;
}

/**
 * The spans of one served request. A RudderStack host names its trace in the metadata of each job (rudder-server v1.83: `traceparent`, empty
 * while tracing is off), and jobs of several traces come in one request: so there is one span for each trace. Jobs without a valid one belong to
 * the trace of the request's header, which other callers send.
 */
export class RequestTrace {
  readonly #ofHeader: TraceParent | undefined;
  readonly #served: ServedRequest;
  /** The clock never goes back, so that no span does. */
  readonly #epochAtZeroMs: number;
  /** By the text of `traceparent`; `undefined` where it is not valid. */
  readonly #spans = new Map<string, ServedSpan | undefined>();
  readonly #tallies = new Map<ServedSpan, Tally>();
  /** The span of each job, in their order. */
  readonly #jobs: (ServedSpan | undefined)[] = [];

  constructor(
    private readonly settings: TraceSettings,
    { method, routeOptions, headers }: Pick<FastifyRequest, 'method' | 'routeOptions' | 'headers'>,
  ) {
    const { clock } = settings;
    this.#epochAtZeroMs = clock.epochMs() - clock.nowMs();
    this.#served = { method, route: routeOptions.url ?? '', startMs: this.#nowMs() };
    const { traceparent, tracestate } = headers;
    if (!isPossible(traceparent)) return;
    this.#ofHeader = { traceparent, tracestate: typeof tracestate === 'string' ? tracestate : undefined };
  }

  /**
   * Adds the next job, and returns the observer of the requests of its plan; `undefined` where no trace records them.
   *
   * @param metadata the job's, as the host sent it
   * @param plan what is sent for the job; `undefined` when nothing is
   */
  addJob(metadata: JsonObject, plan?: RequestPlan): ((record: RequestRecord) => void) | undefined {
    const { traceparent } = metadata;
    const own = isPossible(traceparent) ? this.#span({ traceparent }) : undefined;
    const span = own ?? this.#spanOfHeader();
    this.#jobs.push(span);
    return span?.isRecording === true && plan !== undefined ? this.#observer(span, plan) : undefined;
  }

  /** Counts the events of the request, in the order of its jobs; an event without a job belongs to the header's trace. */
  count(events: readonly CountedEvent[]): void {
    events.forEach(({ outcome, code }, index) => {
      const span = index < this.#jobs.length ? this.#jobs[index] : this.#spanOfHeader();
      const tally = span === undefined ? undefined : this.#tallies.get(span);
      if (tally === undefined) return;
      tally.outcomes[outcome] = (tally.outcomes[outcome] ?? 0) + 1;
      if (code !== undefined) tally.codes.add(code);
    });
  }

  /** @param status of the response; `undefined` when the connection closed before it was sent */
  end(status: number | undefined): void {
    // A request that could not be read has no job.
    if (this.#jobs.length === 0) this.#spanOfHeader();
    for (const [span, { outcomes, codes }] of this.#tallies)
      span.end({ status, outcomes, codes: [...codes], endMs: this.#nowMs() });
  }

  #spanOfHeader(): ServedSpan | undefined {
    return this.#ofHeader === undefined ? undefined : this.#span(this.#ofHeader);
  }

  #span(parent: TraceParent): ServedSpan | undefined {
    const { traceparent } = parent;
    if (this.#spans.has(traceparent)) return this.#spans.get(traceparent);
    const span = this.settings.tracing.begin(parent, this.#served);
    this.#spans.set(traceparent, span);
    if (span !== undefined) this.#tallies.set(span, { outcomes: {}, codes: new Set() });
    return span;
  }

  #observer(span: ServedSpan, plan: RequestPlan): (record: RequestRecord) => void {
    const sent = new Map<string, number>();
    return (record) => {
      const resends = sent.get(record.step) ?? 0;
      sent.set(record.step, resends + 1);
      const { endpoint } = plan.steps.find(({ id }) => id === record.step)!.request;
      const { hostname: address, port, protocol } = new URL(this.settings.origin ?? endpoint);
      const endMs = this.#nowMs();
      span.sent({
        record,
        address,
        port: Number(port) || (protocol === 'https:' ? 443 : 80),
        // Every plan of the service has the routes of PX.
        template: pathTemplate(record.route as RouteName, endpoint),
        resends,
        startMs: endMs - record.durationMs,
        endMs,
      });
    };
  }

  #nowMs(): number {
    return this.#epochAtZeroMs + this.settings.clock.nowMs();
  }
}

/** Opens a trace for each request that this service serves itself, and ends it with the response. */
export function registerTracing(app: FastifyInstance, settings: TraceSettings): void {
  app.decorateRequest('trace', undefined);
  app.addHook('onRequest', (request, reply, done) => {
    const { url } = request.routeOptions;
    if (request.method === 'POST' && url !== undefined && url !== '/*') {
      request.trace = new RequestTrace(settings, request);
      request.responseEnd?.once('close', (isSent: boolean) => {
        request.trace?.end(isSent ? reply.statusCode : undefined);
      });
    }
    done();
  });
}
