import type { ErrorCode } from '../../core/index.js';
import type { RequestRecord } from '../../router/index.js';
import type { EventOutcome } from './outcome-names.js';

/** Reports what a service does in the traces of its callers. All times are milliseconds since 1970, with fractions. */
export interface Tracing {
  /** Begins the span of a served request, as a child of the caller's span; `undefined` where `parent` is not valid. It must not throw. */
  begin(parent: TraceParent, served: ServedRequest): ServedSpan | undefined;
}

/** The caller's span, in the form of W3C Trace Context (https://www.w3.org/TR/trace-context). */
export interface TraceParent {
  /** `00-<32 hex digits>-<16 hex digits>-<flags>`, unchecked. */
  readonly traceparent: string;
  readonly tracestate?: string | undefined;
}

/** A request of a host, or of another caller of the service. */
export interface ServedRequest {
  readonly method: string;
  /** The pattern of the route: `/routerTransform`. */
  readonly route: string;
  readonly startMs: number;
}

/** The span of a served request. Its methods must not throw. */
export interface ServedSpan {
  /** Whether the trace is sampled: nothing else is reported of one that is not. */
  readonly isRecording: boolean;
  /** Reports a request to PX as a child of this span; possibly after `end`. */
  sent(request: SentRequest): void;
  /** Ends the span, once. */
  end(result: ServedResult): void;
}

/** One attempt at a request to PX, without personal data and without the key. */
export interface SentRequest {
  readonly record: RequestRecord;
  /** Where it was sent: `api.aptrinsic.com`. */
  readonly address: string;
  readonly port: number;
  /** Its path with the name of the id in place of the id: `/v1/users/{identifyId}`. */
  readonly template: string;
  /** How often the same step of the plan was sent before. */
  readonly resends: number;
  readonly startMs: number;
  readonly endMs: number;
}

/** What became of a served request. */
export interface ServedResult {
  /** HTTP status of the response; `undefined` when the connection closed before the response was sent. */
  readonly status: number | undefined;
  /** How many events of this trace had each outcome. */
  readonly outcomes: Readonly<Partial<Record<EventOutcome, number>>>;
  /** The error codes of these events, each once. */
  readonly codes: readonly ErrorCode[];
  readonly endMs: number;
}
