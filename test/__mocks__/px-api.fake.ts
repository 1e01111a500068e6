import type { Fetch } from '../../src/router';
import type { FakeClock } from './clock.fake';

/** One scripted answer. Without a status and an error, no answer comes. */
export interface ScriptedAnswer {
  readonly status?: number;
  /** The error code of the broken connection. */
  readonly error?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly latencyMs?: number;
}

/** A request that was sent. */
export interface SentRequest {
  readonly method: string;
  /** Path with query. */
  readonly path: string;
  readonly url: string;
  readonly body: unknown;
  readonly atMs: number;
}

const NULL_BODY = new Set([204, 205, 304]);

/** A `fetch` that answers from a script, and records the requests and how many were in flight. */
export class FakePxApi {
  readonly sent: SentRequest[] = [];
  inFlight = 0;
  mostInFlight = 0;

  constructor(
    private readonly clock: FakeClock,
    private readonly answer: (request: SentRequest, index: number) => ScriptedAnswer,
  ) {}

  /** Answers from a list, in order; then repeats the last one. */
  static scripted(clock: FakeClock, answers: readonly ScriptedAnswer[]): FakePxApi {
    return new FakePxApi(clock, (_, index) => answers[Math.min(index, answers.length - 1)]!);
  }

  readonly fetch: Fetch = (url, init) => {
    const { pathname, search } = new URL(url);
    const request: SentRequest = {
      method: init.method!,
      path: pathname + search,
      url,
      body: typeof init.body === 'string' ? (JSON.parse(init.body) as unknown) : undefined,
      atMs: this.clock.nowMs(),
    };
    this.sent.push(request);
    this.inFlight += 1;
    this.mostInFlight = Math.max(this.mostInFlight, this.inFlight);
    return this.#reply(this.answer(request, this.sent.length - 1), init.signal!).finally(() => {
      this.inFlight -= 1;
    });
  };

  #reply(answer: ScriptedAnswer, signal: AbortSignal): Promise<Response> {
    return new Promise((resolve, reject) => {
      const reply = (): void => {
        if (answer.error !== undefined) {
          reject(
            new TypeError('fetch failed', { cause: Object.assign(new Error(), { code: answer.error }) }),
          );
        } else if (answer.status !== undefined) {
          resolve(response(answer.status, answer));
        }
      };
      let cancel = (): void => undefined;
      if (answer.latencyMs === undefined) reply();
      else cancel = this.clock.after(answer.latencyMs, reply);
      signal.addEventListener('abort', () => {
        cancel();
        reject(signal.reason as Error);
      });
    });
  }
}

function response(status: number, { body = '', headers = {} }: ScriptedAnswer): Response {
  return new Response(NULL_BODY.has(status) ? null : body, { status, headers });
}
