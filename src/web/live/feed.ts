import type { LiveAnswer } from '../data/live.js';
import { BEGINNING, withAnswer, type Connection, type Filters, type LiveState } from './live-state.js';

/** What a feed needs of its browser. */
export interface FeedParts {
  /** As the global `fetch`. */
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** Calls back later; the returned function cancels that. */
  readonly after: (ms: number, callback: () => void) => () => void;
  /** Told of each change. */
  readonly onState: (state: LiveState) => void;
}

const INTERVAL_MS = 1_000;
const TIMEOUT_MS = 10_000;

/** Waits after failures, one after another; the last one stays. */
const RETRIES_MS = [1_000, 2_000, 5_000, 10_000];

/** So long after the last key the filters hold. */
const TYPING_MS = 250;

/** Asks the service for new events each second, and keeps what the page shows. One question is under way at a time. */
export class Feed {
  #state: LiveState = BEGINNING;
  #cursor: string | undefined;
  #token: string | undefined;
  #failures = 0;
  #isHidden = false;
  #cancelTimer: (() => void) | undefined;
  /** Ends the question that is under way. */
  #abort: AbortController | undefined;

  constructor(private readonly parts: FeedParts) {}

  get state(): LiveState {
    return this.#state;
  }

  start(): void {
    this.#ask();
  }

  stop(): void {
    this.#cancel();
  }

  /** While the page is hidden, nothing is asked. */
  setHidden(isHidden: boolean): void {
    if (this.#isHidden === isHidden) return;
    this.#isHidden = isHidden;
    if (isHidden) this.#cancel();
    else if (this.#mayAsk) this.#ask();
  }

  /** A paused page stays as it is, until it is continued or filtered in another way. */
  setPaused(isPaused: boolean): void {
    this.#set({ isPaused });
    if (isPaused) this.#cancel();
    else if (this.#mayAsk) this.#ask();
  }

  setFilters(filters: Filters): void {
    this.#set({ filters });
    this.#cursor = undefined;
    this.#cancel();
    if (this.#state.connection.state !== 'locked') this.#askIn(TYPING_MS);
  }

  /** Keeps the token in memory only. */
  setToken(token: string): void {
    this.#token = token;
    this.#ask();
  }

  get #mayAsk(): boolean {
    return !this.#isHidden && !this.#state.isPaused && this.#state.connection.state !== 'locked';
  }

  #askIn(ms: number): void {
    this.#cancelTimer = this.parts.after(ms, () => {
      this.#ask();
    });
  }

  #cancel(): void {
    this.#cancelTimer?.();
    this.#abort?.abort();
  }

  #ask(): void {
    this.#cancel();
    const abort = new AbortController();
    this.#abort = abort;
    const cancelTimeout = this.parts.after(TIMEOUT_MS, () => {
      this.#fail(abort, { state: 'lost', why: 'the service did not answer within 10 s' });
    });
    void this.#exchange(abort)
      .catch(() => {
        this.#fail(abort, { state: 'lost', why: 'the service does not answer' });
      })
      .finally(cancelTimeout);
  }

  async #exchange(abort: AbortController): Promise<void> {
    const isFirst = this.#cursor === undefined;
    const response = await this.parts.fetch(`live/events${this.#query()}`, {
      headers: this.#token === undefined ? {} : { authorization: `Bearer ${this.#token}` },
      cache: 'no-store',
      signal: abort.signal,
    });
    const { status } = response;
    if (status === 401) {
      this.#end(abort, { state: 'locked', wasRefused: this.#token !== undefined });
      return;
    }
    const body = (await response.json()) as LiveAnswer & { readonly error?: string };
    if (abort.signal.aborted) return;
    if (!response.ok) {
      const why = body.error ?? `the service answered ${status}`;
      this.#fail(abort, { state: status === 403 ? 'refused' : 'lost', why });
      return;
    }
    this.#failures = 0;
    this.#cursor = body.cursor;
    this.#set(withAnswer(this.#state, body, isFirst));
    if (this.#mayAsk) this.#askIn(INTERVAL_MS);
  }

  #query(): string {
    const query = new URLSearchParams();
    if (this.#cursor !== undefined) query.set('after', this.#cursor);
    for (const [name, text] of Object.entries(this.#state.filters)) {
      if (text.trim() !== '') query.set(name, text.trim());
    }
    return query.size === 0 ? '' : `?${query.toString()}`;
  }

  /** Tries again later. */
  #fail(abort: AbortController, connection: Connection): void {
    if (!this.#end(abort, connection)) return;
    this.#askIn(RETRIES_MS[Math.min(this.#failures, RETRIES_MS.length - 1)]!);
    this.#failures += 1;
  }

  /** False: another question is under way, or none is to be. */
  #end(abort: AbortController, connection: Connection): boolean {
    if (abort.signal.aborted) return false;
    abort.abort();
    this.#set({ connection });
    return true;
  }

  #set(change: Partial<LiveState>): void {
    this.#state = { ...this.#state, ...change };
    this.parts.onState(this.#state);
  }
}
