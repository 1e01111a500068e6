import type { LiveAnswer, LiveEvent, LiveNow } from '../data/live.js';

/** What the page filters by; an empty text is no filter. */
export type Filters = Readonly<Record<'user' | 'code' | 'event', string>>;

export const NO_FILTERS: Filters = { user: '', code: '', event: '' };

/** The state of the connection to the service. */
export type Connection =
  | { readonly state: 'connecting' }
  | { readonly state: 'open' }
  /** No answer, or one that makes no sense: the page tries again. */
  | { readonly state: 'lost'; readonly why: string }
  /** The service wants a token. */
  | { readonly state: 'locked'; readonly wasRefused: boolean }
  /** The service does not serve this browser; it says why. */
  | { readonly state: 'refused'; readonly why: string };

/** How old events were at one moment; null: no event said so. */
export interface Lag {
  readonly atMs: number;
  readonly p50: number | null;
  readonly p95: number | null;
}

/** All that the page shows. */
export interface LiveState {
  readonly connection: Connection;
  readonly isPaused: boolean;
  readonly filters: Filters;
  /** The newest first. */
  readonly events: readonly LiveEvent[];
  /** Absent before the first answer. `left`: of all answers since the filters changed. */
  readonly answer?: Pick<LiveAnswer, 'kept' | 'bound' | 'left'>;
  readonly now?: LiveNow;
  /** What the page saw in the last five minutes, oldest first. */
  readonly lags: readonly Lag[];
}

export const BEGINNING: LiveState = {
  connection: { state: 'connecting' },
  isPaused: false,
  filters: NO_FILTERS,
  events: [],
  lags: [],
};

/** How far back the charts go. */
export const SHOWN_MS = 5 * 60 * 1_000;

/** Adds an answer to what is shown. The page keeps as many events as the service does. */
export function withAnswer(
  state: LiveState,
  { events, left, kept, bound, now }: LiveAnswer,
  isFirst: boolean,
): LiveState {
  const before = isFirst ? [] : state.events;
  const shown =
    events.length === 0 && !isFirst ? before : [...events.toReversed(), ...before].slice(0, bound);
  // Later answers count only what came since. The service cannot give more of the others than it keeps beside those that are shown.
  const allLeft = isFirst
    ? left
    : Math.min((state.answer?.left ?? 0) + left, Math.max(0, kept - shown.length));
  const lag = { atMs: now.atMs, p50: now.lagMs?.p50 ?? null, p95: now.lagMs?.p95 ?? null };
  return {
    ...state,
    connection: { state: 'open' },
    events: shown,
    answer: { left: allLeft, kept, bound },
    now,
    lags: [...state.lags, lag].filter(({ atMs }) => atMs > now.atMs - SHOWN_MS && atMs <= now.atMs),
  };
}
