import { Agent, request, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { HostKilled } from './host-process';

/** A complete answer. */
export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** No complete answer came: the connection was refused or broken, or the time was over. */
export class TransportError extends Error {
  override readonly name = 'TransportError';

  constructor(readonly code: string) {
    super(`no answer: ${code}`);
  }
}

/** How connections are made. */
export interface Client {
  readonly agent: Agent;
  readonly headers: OutgoingHttpHeaders;
}

export interface HttpCall {
  readonly method: string;
  /** Only `http:` and loopback. The path is sent unchanged. */
  readonly url: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string;
  readonly timeoutMs: number;
  readonly client: Client;
  /** Closes the connection when the answer begins, so that the answer is lost. */
  readonly loseAnswer?: boolean;
  /** Aborts the call when the process is killed. */
  readonly signal?: AbortSignal;
}

/** The host's client for transforms: a new connection for each request, and a limit of connections. */
export const freshConnections = (): Client => ({
  agent: new Agent({ keepAlive: false, maxSockets: 100 }),
  // An agent with a limit would send keep-alive and then close the connection.
  headers: { Connection: 'close' },
});
/** The host's client for destinations. */
export const keptConnections = (): Client => ({ agent: new Agent({ keepAlive: true }), headers: {} });

/** The headers that Go's client adds. */
const GO_HEADERS = { 'User-Agent': 'Go-http-client/1.1', 'Accept-Encoding': 'gzip' };

const LOOPBACK = /^http:\/\/(127\.0\.0\.1|localhost):(\d+)(\/.*)?$/;
const MAX_REDIRECTS = 10;

/**
 * Sends a request and follows redirects as Go's client does: after 301 to 303 it sends a `GET` without a
 * body.
 *
 * @throws TransportError without a complete answer; HostKilled when the signal is aborted
 */
export async function callHttp(call: HttpCall, redirects = 0): Promise<HttpAnswer> {
  const answer = await callOnce(call);
  const { location } = answer.headers;
  if (![301, 302, 303, 307, 308].includes(answer.status) || typeof location !== 'string') return answer;
  if (redirects === MAX_REDIRECTS) throw new TransportError('TOO_MANY_REDIRECTS');
  const { body, ...bare } = call;
  const url = new URL(location, call.url).href;
  const again = answer.status >= 307 || ['GET', 'HEAD'].includes(call.method);
  if (again) return callHttp({ ...bare, ...(body === undefined ? {} : { body }), url }, redirects + 1);
  return callHttp({ ...bare, method: 'GET', url }, redirects + 1);
}

function callOnce({
  method,
  url,
  headers,
  body,
  timeoutMs,
  client,
  loseAnswer,
  signal,
}: HttpCall): Promise<HttpAnswer> {
  const [, host = '', port = '', path = '/'] = LOOPBACK.exec(url) ?? [];
  // A service can name any URL, but no test may reach another machine.
  if (host === '') return Promise.reject(new TransportError('ENOTFOUND'));
  if (signal?.aborted === true) return Promise.reject(new HostKilled());
  return new Promise((resolve, reject) => {
    const length = body === undefined ? 0 : Buffer.byteLength(body);
    const sized = ['GET', 'DELETE'].includes(method) && length === 0 ? {} : { 'Content-Length': length };
    const sent = request(
      {
        method,
        host,
        port,
        path,
        agent: client.agent,
        headers: { ...GO_HEADERS, ...client.headers, ...sized, ...headers },
      },
      (response) => {
        if (loseAnswer === true) {
          response.destroy();
          fail('ECONNRESET');
          return;
        }
        collect(response).then(settle, () => fail('ECONNRESET'));
      },
    );
    const timer = setTimeout(() => {
      fail('TIMEOUT');
      sent.destroy();
    }, timeoutMs);
    const onKill = (): void => {
      done();
      reject(new HostKilled());
      sent.destroy();
    };
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onKill);
    };
    const settle = (answer: HttpAnswer): void => {
      done();
      resolve(answer);
    };
    const fail = (code: string): void => {
      done();
      reject(new TransportError(code));
    };
    signal?.addEventListener('abort', onKill, { once: true });
    sent.on('error', (error: NodeJS.ErrnoException) => fail(error.code ?? 'UNKNOWN'));
    sent.end(body);
  });
}

async function collect(response: IncomingMessage): Promise<HttpAnswer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const raw = Buffer.concat(chunks);
  const zipped = response.headers['content-encoding'] === 'gzip';
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    text: (zipped ? gunzipSync(raw) : raw).toString(),
  };
}

/** Parses JSON; undefined when the text is not valid JSON. */
export function parseJson(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}
