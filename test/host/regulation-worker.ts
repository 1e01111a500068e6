import { isObject, type JsonObject } from '../../src/core/json/json-object';
import { callHttp, freshConnections, parseJson, TransportError, type HttpAnswer } from './http-call';
import { DEST_NAME } from './destination';

/** Users to delete at one destination: a job of the control plane. */
export interface DeletionJob {
  readonly jobId: string;
  /** The whole configuration of the destination. */
  readonly config: JsonObject;
  readonly userAttributes: readonly Readonly<Record<string, string>>[];
}

/** How a job ended. */
export interface DeletionReport {
  readonly state: 'complete' | 'aborted';
  /** How many requests the service got. */
  readonly offers: number;
  /** The reasons, one for each failed attempt. */
  readonly errors: readonly string[];
}

export interface RegulationWorkerOptions {
  readonly transformUrl: string;
  /** Which answers are lost; counted from 1 over all attempts. */
  readonly losesAnswer?: (offer: number) => boolean;
}

/** The destinations for which the host calls `/deleteUsers` when `/features` does not say. */
const BUILT_IN = 'BRAZE AM INTERCOM CLEVERTAP AF MP GA ITERABLE ENGAGE CUSTIFY SENDGRID SPRIG'.split(' ');
const TIMEOUT_MS = 60_000;
/**
 * The number of failures that end a job. It is unknown whether the host counts the current one, so it may
 * allow one more.
 */
const MAX_FAILED_OFFERS = 4;
const NOT_SUPPORTED = [404, 405];

/** The program of the host that deletes users (RudderStack rudder-server v1.83, `regulation-worker`). */
export class RegulationWorker {
  readonly #client = freshConnections();
  /** Read once, before the first job. */
  #supported: readonly unknown[] | undefined;
  /** Over all jobs. */
  #asked = 0;

  constructor(private readonly options: RegulationWorkerOptions) {}

  /** Deletes the users of a job; repeats until it succeeds or the control plane aborts the job. */
  async run(job: DeletionJob): Promise<DeletionReport> {
    this.#supported ??= await this.#readSupported();
    const errors: string[] = [];
    if (!this.#supported.includes(DEST_NAME)) return { state: 'aborted', offers: 0, errors };
    for (let offers = 1; ; offers += 1) {
      const outcome = await this.#offer(job);
      if (outcome === 'complete') return { state: 'complete', offers, errors };
      errors.push(outcome.error);
      if (outcome.isFinal || offers === MAX_FAILED_OFFERS) return { state: 'aborted', offers, errors };
    }
  }

  async #readSupported(): Promise<readonly unknown[]> {
    const { status, text } = await this.#call('GET', '/features');
    const document = parseJson(text)?.value;
    const listed: unknown = status === 200 && isObject(document) ? document.regulations : undefined;
    return Array.isArray(listed) && listed.length > 0 ? listed : BUILT_IN;
  }

  /** One attempt. The status decides, and the body must be an array. */
  async #offer(
    job: DeletionJob,
  ): Promise<'complete' | { readonly error: string; readonly isFinal: boolean }> {
    this.#asked += 1;
    let answer: HttpAnswer;
    try {
      const body = JSON.stringify([{ ...job, destType: DEST_NAME.toLowerCase() }]);
      answer = await this.#call('POST', '/deleteUsers', body, this.options.losesAnswer?.(this.#asked));
    } catch (thrown) {
      if (thrown instanceof TransportError) return { error: thrown.message, isFinal: false };
      throw thrown;
    }
    const results = decode(answer.text);
    if (results === undefined) return { error: 'the answer cannot be decoded', isFinal: false };
    if (answer.status === 200) return 'complete';
    return { error: results[0]?.error ?? '', isFinal: NOT_SUPPORTED.includes(answer.status) };
  }

  #call(method: string, path: string, body?: string, loseAnswer = false): Promise<HttpAnswer> {
    return callHttp({
      method,
      url: `${this.options.transformUrl}${path}`,
      ...(body === undefined ? {} : { headers: { 'Content-Type': 'application/json' }, body }),
      timeoutMs: TIMEOUT_MS,
      client: this.#client,
      loseAnswer,
    });
  }
}

interface DeletionResult {
  readonly status?: string;
  readonly error?: string;
  readonly authErrorCategory?: string;
}

/** Decodes as Go does: an array of objects with optional string fields; undefined for anything else. */
function decode(text: string): readonly DeletionResult[] | undefined {
  const results = parseJson(text)?.value;
  const isText = (value: unknown): boolean =>
    value === undefined || value === null || typeof value === 'string';
  const isResult = (result: unknown): boolean =>
    isObject(result) && [result.status, result.error, result.authErrorCategory].every(isText);
  return Array.isArray(results) && results.every(isResult) ? (results as DeletionResult[]) : undefined;
}
