import type { subscribe as SubscribeToChannel } from 'node:diagnostics_channel';
import type { Dispatcher, request as requestOfUndici } from 'undici';
import type { AnswerBody, Fetch } from './fetch.js';

/** How long a connection may be idle and still be used again: middleboxes forget one that is idle for longer, without a word. */
export const IDLE_MS = 4_000;

/** More interim answers than this before the final one come from no server that means well. */
const MOST_INTERIM = 16;

/**
 * A `fetch` over undici's plain HTTP client, with as much of an answer as the router reads. Connections are kept open and used again
 * while they are idle for 4 s at most.
 *
 * Use it where a Node process sends much: the global `fetch` builds web streams around every answer, and takes about twice as much
 * processor time for a request. Redirects are not followed, nothing is decompressed.
 *
 * @example
 * const router = createRouter({ fetch: createHttpFetch() });
 */
export function createHttpFetch(): Fetch {
  let loading: Promise<Client> | undefined;

  return async (url, { method, headers, body = null, signal, onLeave }) => {
    const { request, dispatcher, watchLeaving } = await (loading ??= loadClient());
    let interim = 0;
    const onInfo = ({ statusCode }: { statusCode: number }): void => {
      interim += 1;
      if (statusCode === SWITCHING_PROTOCOLS || interim > MOST_INTERIM) throw new NoFinalAnswer(statusCode);
    };
    try {
      const answer = await watchLeaving(onLeave, () =>
        request(url, { dispatcher, method: method, headers, body, signal, onInfo }),
      );
      return {
        status: answer.statusCode,
        ok: answer.statusCode >= 200 && answer.statusCode <= 299,
        headers: { get: (name) => headerText(answer.headers[name.toLowerCase()]) },
        body: bodyOf(answer.body),
      };
    } catch (thrown) {
      const status = interimStatus(thrown);
      if (status === undefined) throw thrown;
      return { status, ok: false, headers: { get: () => null }, body: null };
    }
  };
}

interface Client {
  readonly request: typeof requestOfUndici;
  readonly dispatcher: Dispatcher;
  readonly watchLeaving: WatchLeaving;
}

/** Calls `onLeave` when the request that `begin` makes at once is written to its connection. */
type WatchLeaving = <Answer>(onLeave: (() => void) | undefined, begin: () => Answer) => Answer;

/** With the first request: undici takes a tenth of a second to load, which whoever sends nothing must not pay. */
async function loadClient(): Promise<Client> {
  const [{ Agent, request }, { subscribe }] = await Promise.all([
    import('undici'),
    import('node:diagnostics_channel'),
  ]);
  // The router has a time limit of its own for the whole answer.
  const dispatcher = new Agent({
    keepAliveTimeout: IDLE_MS,
    keepAliveMaxTimeout: IDLE_MS,
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  return { request, dispatcher, watchLeaving: leavingWatcher(subscribe) };
}

/** By undici's diagnostics channels (https://undici.nodejs.org/#/docs/api/DiagnosticsChannel): nothing else says when a request leaves. */
function leavingWatcher(subscribe: typeof SubscribeToChannel): WatchLeaving {
  const watched = new WeakMap<object, () => void>();
  let beginning: (() => void) | undefined;
  subscribe('undici:request:create', (message) => {
    if (beginning !== undefined) watched.set((message as { request: object }).request, beginning);
  });
  subscribe('undici:client:sendHeaders', (message) => {
    watched.get((message as { request: object }).request)?.();
  });
  return (onLeave, begin) => {
    beginning = onLeave;
    try {
      return begin();
    } finally {
      beginning = undefined;
    }
  };
}

const SWITCHING_PROTOCOLS = 101;

/** Thrown within undici to end a request that only interim answers come to. */
class NoFinalAnswer extends Error {
  override readonly name = 'NoFinalAnswer';

  constructor(readonly status: number) {
    super(`the answer ended with ${status}`);
  }
}

/** The status of an interim answer (1xx) that a request ended with; `undefined` when it ended otherwise. */
function interimStatus(thrown: unknown): number | undefined {
  if (thrown instanceof NoFinalAnswer) return thrown.status;
  // undici gives no status for an upgrade that nobody asked for.
  const { code, message } = thrown as NodeJS.ErrnoException;
  return code === 'UND_ERR_SOCKET' && message === 'bad upgrade' ? SWITCHING_PROTOCOLS : undefined;
}

function headerText(value: string | string[] | undefined): string | null {
  return Array.isArray(value) ? value.join(', ') : (value ?? null);
}

function bodyOf(body: Dispatcher.ResponseData['body']): AnswerBody {
  const chunks = body[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  return {
    getReader: () => ({
      read: () => chunks.next(),
      cancel: () => {
        body.destroy();
        return Promise.resolve();
      },
    }),
  };
}
