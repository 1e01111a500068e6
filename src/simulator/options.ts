import type {
  AttributeInput,
  AttributeModel,
  UndeclaredAttributes,
} from './validation/attribute-catalogue.js';
import type { ReadLag } from './store/collection.js';
import type { FaultRule, FaultScript, SimulatedRequest } from './faults/faults.js';

/** When requests get 429: more than so many within a second, sliding. Refused ones do not count. */
export interface RateLimit {
  readonly requestsPerSecond: number;
  /** Sent as `Retry-After`; without it the header is missing, as in PX, which documents none. */
  readonly retryAfterSeconds?: number;
}

/** What can be changed while the simulator runs. Every part that is given replaces that part; `null` switches it off. */
export interface SimulatorSettings {
  /** Each answer, a fault's too, comes so much later; the write happens at the end of it. Default 0. */
  readonly latencyMs?: number;
  readonly rateLimit?: RateLimit | null;
  /** Their counters start from zero whenever they are given. Of several that fire for a request the first wins. */
  readonly faults?: readonly (FaultRule | FaultScript)[] | null;
  /** Reads, updates and all else that looks a user or account up give 404 for a while after its `POST`. */
  readonly readLag?: ReadLag | null;
}

/** One request and its answer, as `onExchange` is told of it. */
export interface Exchange extends Omit<SimulatedRequest, 'id'> {
  /** Absent when no whole answer was sent. */
  readonly status?: number;
  readonly durationMs: number;
}

/** What a simulator is made with. */
export interface SimulatorOptions extends SimulatorSettings {
  /** The key to demand in `X-APTRINSIC-API-KEY`. Default: any key will do, a missing one will not. */
  readonly apiKey?: string;
  /** Custom attributes to declare; without any for a model, all its attributes are taken. */
  readonly attributes?: Readonly<Partial<Record<AttributeModel, readonly AttributeInput[]>>>;
  /** Default `drop`; of no effect on a model without declared attributes. What PX does is undocumented. */
  readonly undeclaredAttributes?: UndeclaredAttributes;
  /** How many events are kept; later ones are only counted. Default 100,000. */
  readonly keepEvents?: number;
  /** Larger bodies get 413. Default 10 MB. */
  readonly maxBodyBytes?: number;
  /** The clock, in epoch milliseconds. Default `Date.now`. */
  readonly now?: () => number;
  /** Called after each exchange; for a log. */
  readonly onExchange?: (exchange: Exchange) => void;
}
