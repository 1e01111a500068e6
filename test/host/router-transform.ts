import { TransportError, type HttpAnswer } from './http-call';
import type { Job } from './job';
import { readEcho } from './echo';
import { readRouterReply, type RouterItem } from './router-reply';
import type { ServiceCalls } from './service-calls';
import { wait, type Timing } from './timing';
import type { Violations } from './violation';
import { routerRequest, type TransformRequest } from './wire-request';

export interface RouterTransformOptions {
  readonly calls: ServiceCalls;
  readonly timing: Timing;
  readonly timeoutMs: number;
  readonly violations: Violations;
  readonly compacted: () => boolean;
}

/** How often the host sends one request that gets no answer before it panics. */
const MAX_TRIES = 32;
const API_VERSION = '2';

/** Has the service transform jobs: `POST /routerTransform`. */
export class RouterTransform {
  constructor(private readonly options: RouterTransformOptions) {}

  /** The items in the order in which the host processes them. @throws HostPanic where the host panics */
  async transform(jobs: readonly Job[]): Promise<readonly RouterItem[]> {
    const request = routerRequest(jobs, this.options.compacted());
    const { status, headers, text } = await this.#call(request);
    const { violations } = this.options;
    if (status !== 200) {
      if (status === 404)
        violations.note('http-404', '/routerTransform answers 404: all its jobs are aborted');
      return everyJob(request, status === 404 ? 404 : 500, text);
    }
    if (headers.apiversion !== API_VERSION) {
      violations.panic('api-version', `/routerTransform: apiVersion is ${String(headers.apiversion)}`);
    }
    const items = readRouterReply(text, request.metadata, violations);
    return 'fault' in items ? everyJob(request, 500, items.fault) : items;
  }

  async #call({ headers, body }: TransformRequest): Promise<HttpAnswer> {
    const { calls, timing, timeoutMs, violations } = this.options;
    let reason = '';
    for (let tried = 0; tried < MAX_TRIES; tried += 1) {
      try {
        return await calls.post('/routerTransform', { headers, body, timeoutMs });
      } catch (error) {
        if (!(error instanceof TransportError)) throw error;
        reason = error.code;
        await wait(timing.transformRetryMs);
      }
    }
    return violations.panic('connection-refused', `no answer to ${MAX_TRIES} tries: ${reason}`);
  }
}

function everyJob({ metadata }: TransformRequest, statusCode: number, error: string): RouterItem[] {
  return [...metadata.values()].map((sent) => ({
    jobs: [readEcho(sent)],
    statusCode,
    error,
    batchedRequest: undefined,
  }));
}
