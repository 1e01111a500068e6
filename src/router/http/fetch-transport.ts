import { InstrumentationError, type DestinationApi, type RequestDescriptor } from '../../core/index.js';
import { type Clock, Deadline, type Signal, atOrigin } from '../../runtime/index.js';
import type { Fetch, FetchAnswer } from './fetch.js';
import { summarizeBody } from './answer-summary.js';
import { readBody } from './read-answer.js';
import { headerIn } from './redact.js';
import { parseRetryAfter } from '../limits/retry.js';
import { TIMEOUT, transportErrorCode } from './transport-error.js';
import type { AttemptResult, Transport } from './transport.js';

/** What a fetch transport needs. */
export interface FetchTransportOptions {
  readonly api: DestinationApi;
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly requestTimeoutMs: number;
  readonly maxAnswerBytes: number;
  /** Where to send in place of the requests' own origin. */
  readonly origin?: string;
}

type Head = Pick<AttemptResult, 'status' | 'retryAfterMs'>;

/** Sends requests by `fetch`: redirects are not followed, and a time limit holds for the answer's body too. */
export function createFetchTransport(options: FetchTransportOptions): Transport {
  return (request, wantsBody = false, onLeave) =>
    new FetchAttempt(options, request, wantsBody, onLeave).run();
}

class FetchAttempt {
  readonly #startMs: number;
  readonly #body: string | undefined;
  /** What came before it went wrong, when it did. */
  #head: Head = {};

  constructor(
    private readonly options: FetchTransportOptions,
    private readonly request: RequestDescriptor,
    private readonly wantsBody: boolean,
    private readonly onLeave: (() => void) | undefined,
  ) {
    this.#body = bodyText(request);
    this.#startMs = options.clock.nowMs();
  }

  async run(): Promise<AttemptResult> {
    const deadline = new Deadline(this.options.clock, this.options.requestTimeoutMs);
    try {
      // A `fetch` that ignores the signal must not hold a lane for ever, hence the race.
      const timeout = deadline.passed.then(() => this.#broken(TIMEOUT));
      return await Promise.race([this.#requestOnce(deadline.signal), timeout]);
    } catch (thrown) {
      return this.#broken(deadline.hasPassed ? TIMEOUT : transportErrorCode(thrown));
    } finally {
      deadline.release();
    }
  }

  async #requestOnce(signal: Signal): Promise<AttemptResult> {
    const { method, endpoint, headers } = this.request;
    const { api, fetch, origin, maxAnswerBytes } = this.options;
    const response = await fetch(origin === undefined ? endpoint : atOrigin(endpoint, origin), {
      method,
      headers,
      ...(this.#body === undefined ? {} : { body: this.#body }),
      // A redirect would carry the key elsewhere.
      redirect: 'manual',
      signal,
      ...(this.onLeave === undefined ? {} : { onLeave: this.onLeave }),
    });
    this.#head = this.#readHead(response);
    const answer = await readBody(response, maxAnswerBytes);
    const secret = headerIn(headers, api.keyHeader);
    return {
      ...this.#head,
      html: answer.html,
      text: this.wantsBody && response.ok ? answer.text : '',
      summary: response.ok ? '' : summarizeBody(answer, secret, api.errorTexts),
      durationMs: this.#elapsedMs(),
    };
  }

  #readHead(response: FetchAnswer): Head {
    const retryAfterMs = parseRetryAfter(response.headers.get('retry-after'), this.options.clock.epochMs());
    return { status: response.status, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  }

  #broken(errorCode: string): AttemptResult {
    return {
      ...this.#head,
      errorCode,
      html: false,
      text: '',
      summary: 'no body',
      durationMs: this.#elapsedMs(),
    };
  }

  #elapsedMs(): number {
    return this.options.clock.nowMs() - this.#startMs;
  }
}

function bodyText({ body, endpointPath }: RequestDescriptor): string | undefined {
  if (body === undefined) return undefined;
  try {
    return JSON.stringify(body);
  } catch (cause) {
    const message = `the body of the request to ${endpointPath} cannot be written as JSON`;
    throw new InstrumentationError('plan_invalid', `not sent: ${message}`, {
      issues: [{ path: 'request.body', message }],
      cause,
    });
  }
}
