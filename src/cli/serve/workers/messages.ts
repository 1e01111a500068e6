import type { JsonObject } from '../../../core/index.js';
import type { LimitScope } from '../../../router/index.js';
import type { LivePart, ParsedLiveQuery } from '../../../service/index.js';

/** What a worker process says to the primary process. */
export type FromWorker =
  | { readonly kind: 'listening'; readonly origin: string; readonly port: number }
  /** It cannot start, and neither can any other. */
  | { readonly kind: 'failed'; readonly message: string }
  /** It wants to send one request. */
  | { readonly kind: 'ask'; readonly id: number; readonly scope: LimitScope }
  /** It does not want to send it any more. */
  | { readonly kind: 'withdraw'; readonly id: number }
  /** It has sent it. */
  | { readonly kind: 'left'; readonly id: number }
  | ({ readonly kind: 'query'; readonly id: number } & Query)
  /** It answers `liveQuery`. */
  | { readonly kind: 'livePart'; readonly id: number; readonly part: LivePart };

/** What a worker process asks about all of them. */
export type Query =
  { readonly what: 'metrics' | 'health' } | { readonly what: 'live'; readonly query: ParsedLiveQuery };

/** What it is answered; undefined: there is no answer. */
export type QueryAnswer = string | JsonObject | readonly LivePart[] | undefined;

/** What the primary process says to a worker process. */
export type ToWorker =
  | { readonly kind: 'grant'; readonly id: number }
  /** The quota of the day is used up. */
  | { readonly kind: 'refuse'; readonly id: number; readonly waitMs: number }
  | { readonly kind: 'answer'; readonly id: number; readonly value: QueryAnswer }
  /** Another worker, or the same, has asked for the parts of all. */
  | { readonly kind: 'liveQuery'; readonly id: number; readonly query: ParsedLiveQuery }
  | { readonly kind: 'stop'; readonly graceful: boolean }
  | { readonly kind: 'hurry' };

/** Whether a message between processes is one of these: `prom-client` has its own, with a `type`. */
export function isOwnMessage(message: unknown): boolean {
  return typeof message === 'object' && message !== null && 'kind' in message;
}
