import type { Signal } from '../../runtime/index.js';

/** A body as the router reads it: a part of the global `ReadableStream`. */
export interface AnswerBody {
  getReader(): {
    read(): Promise<{ readonly done?: boolean | undefined; readonly value?: Uint8Array | undefined }>;
    cancel(): Promise<unknown>;
  };
}

/** An answer as the router reads it: a part of the global `Response`. */
export interface FetchAnswer {
  readonly status: number;
  readonly ok: boolean;
  readonly headers: { get(name: string): string | null };
  readonly body: AnswerBody | null;
}

/** A request as the router makes it: a part of the global `RequestInit`. */
export interface FetchInit {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
  readonly redirect: 'manual';
  readonly signal: Signal;
  /**
   * A `fetch` that can tell calls it when the request leaves: with a new connection that is later than the call. The global `fetch` does not
   * know it.
   */
  readonly onLeave?: () => void;
}

/** The part of the global `fetch` that the router uses. */
export type Fetch = (url: string, init: FetchInit) => Promise<FetchAnswer>;
