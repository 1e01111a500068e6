import type { FaultRule, FaultScript, SimulatedRequest } from './faults/index.js';
import type { Product, ReadLag } from './store/index.js';
import type { AttributeInput, AttributeModel, UndeclaredAttributes } from './validation/index.js';

/** A limit on requests in a sliding second; PX answers further ones with 429 and does not count them. */
export interface RateLimit {
  readonly requestsPerSecond: number;
  /** Sent as `Retry-After`. Default: no such header, because PX documents none. */
  readonly retryAfterSeconds?: number;
}

/** How PX refuses what a key may not do: clients saw both statuses, and 403 with an HTML page. */
export const REFUSALS = ['401', '403', '403-html'] as const;
export type Refusal = (typeof REFUSALS)[number];

/** What the API key may do. */
export interface KeyPermissions {
  readonly read: boolean;
  readonly write: boolean;
  /** @default '403' */
  readonly refusal?: Refusal;
}

/**
 * Settings that can change while the simulator runs. A given setting replaces the earlier one; `null` turns
 * it off.
 */
export interface SimulatorSettings {
  /**
   * Delay of each answer, of a fault's too, in milliseconds. The write happens at the end of the delay.
   * A function is asked at each request, so that latencies can vary. Default 0.
   */
  readonly latencyMs?: number | (() => number);
  readonly rateLimit?: RateLimit | null;
  /** Faults to inject; their counters start from zero. If several match a request, the first one applies. */
  readonly faults?: readonly (FaultRule | FaultScript)[] | null;
  /** How long reads and updates of a user or account give 404 after the `POST` that created it. */
  readonly readLag?: ReadLag | null;
  /** What the accepted key may do. Default: read and write. */
  readonly permissions?: KeyPermissions | null;
}

/** One request and its answer, as `onRequestEnd` receives them. */
export interface RequestLogEntry extends Omit<SimulatedRequest, 'id'> {
  /** Absent when the simulator sent no complete answer. */
  readonly status?: number;
  readonly durationMs: number;
}

/** The options of {@link createSimulator}. */
export interface SimulatorOptions extends SimulatorSettings {
  /**
   * The only key that is accepted in `X-APTRINSIC-API-KEY`. Default: every key; a request without a key gets
   * 401.
   */
  readonly apiKey?: string;
  /** The products that `GET /v1/admin/subscription` lists. Default: none; a write with any tag key is accepted all the same. */
  readonly products?: readonly Product[];
  /** The declared custom attributes. A model without declared attributes accepts every attribute. */
  readonly attributes?: Readonly<Partial<Record<AttributeModel, readonly AttributeInput[]>>>;
  /**
   * What happens to other custom attributes of a model with declared ones. What PX does is undocumented.
   * @default 'drop'
   */
  readonly undeclaredAttributes?: UndeclaredAttributes;
  /** How many events are kept; later ones are only counted. Default 100,000. */
  readonly keepEvents?: number;
  /** The longest request body that is accepted, in bytes; a longer one gets 413. Default 10 MB. */
  readonly maxBodyBytes?: number;
  /** The clock, in milliseconds since 1970. Default `Date.now`. */
  readonly now?: () => number;
  /** Called at the end of each request; for a log. */
  readonly onRequestEnd?: (entry: RequestLogEntry) => void;
}
