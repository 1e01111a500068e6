import { isObject, type JsonObject } from '../../src/core/json/json-object';
import { DEST_TYPE } from './destination';
import { checkEcho } from './echo';
import { decodeFault, type GoType } from './go-decode';
import { parseJson, TransportError, type HttpAnswer } from './http-call';
import type { HostEvent } from './job';
import type { ServiceCalls } from './service-calls';
import { wait, type Timing } from './timing';
import { OutOfPatience, type Violations } from './violation';
import { processorRequest, type TransformRequest } from './wire-request';

export interface ProcessorTransformOptions {
  readonly calls: ServiceCalls;
  readonly timing: Timing;
  readonly timeoutMs: number;
  readonly violations: Violations;
  readonly compacted: () => boolean;
  /** How often a request that the host would send for ever is sent before the test stops. */
  readonly patience: number;
}

/** The result for one event: a job's payload, or its final state. */
export interface ProcessorItem {
  readonly eventNumber: number;
  readonly statusCode: number;
  readonly error: string;
  readonly output: unknown;
  /** The ordering key that the service echoed. */
  readonly rudderId: string;
}

const REPLY: GoType = {
  list: {
    struct: {
      output: 'object',
      metadata: { struct: { jobId: 'int', messageId: 'string', rudderId: 'string', sourceId: 'string' } },
      statusCode: 'int',
      error: 'string',
      statTags: 'stringMap',
    },
  },
};

const MAX_TRIES = 31;

/** Sends events to the service before they are queued: `POST /v0/destinations/gainsight_px`. */
export class ProcessorTransform {
  constructor(private readonly options: ProcessorTransformOptions) {}

  /** The results for the events, numbered from `from`. @throws HostPanic where the host panics */
  async transform(events: readonly HostEvent[], from: number): Promise<readonly ProcessorItem[]> {
    const request = processorRequest(events, from, this.options.compacted());
    const { status, headers, text } = await this.#untilAnswered(request);
    const { violations } = this.options;
    if (status !== 200) {
      violations.note('processor-http-4xx', `answers ${status}: all events of the batch are aborted`);
      return [...request.metadata.keys()].map((eventNumber) => ({
        eventNumber,
        statusCode: status,
        error: text,
        output: undefined,
        rudderId: '',
      }));
    }
    if (headers.apiversion !== '2') {
      violations.panic('api-version', `/v0/destinations: apiVersion is ${String(headers.apiversion)}`);
    }
    return this.#read(text, request);
  }

  #read(text: string, { metadata: sent }: TransformRequest): readonly ProcessorItem[] {
    const { violations } = this.options;
    const json = parseJson(text);
    const fault = json === undefined ? 'no JSON' : decodeFault(json.value, REPLY);
    if (fault !== undefined || !Array.isArray(json?.value)) {
      return violations.panic('processor-reply-undecodable', fault ?? 'no array');
    }
    const items = (json.value as readonly JsonObject[]).map((item) => {
      const metadata = isObject(item.metadata) ? item.metadata : {};
      const eventNumber = metadata.jobId as number;
      if (!sent.has(eventNumber)) violations.note('foreign-job', `event ${eventNumber} was not sent`);
      checkEcho(metadata, sent.get(eventNumber), `item of event ${eventNumber}`, violations);
      if (typeof item.error === 'string' && item.error.includes('\u0000')) {
        violations.note('nul-in-text', `error of event ${eventNumber}`);
      }
      return {
        eventNumber,
        statusCode: (item.statusCode ?? 0) as number,
        error: (item.error ?? '') as string,
        output: item.output,
        rudderId: (metadata.rudderId ?? '') as string,
      };
    });
    for (const [id] of sent) {
      if (!items.some(({ eventNumber }) => eventNumber === id)) {
        violations.note('processor-event-missing', `event ${id} is not in the reply`);
      }
    }
    for (const item of items) this.#checkStatus(item);
    return items;
  }

  /** The processor does not retry a single event: it drops every event whose status is not 200 or 298. */
  #checkStatus({ eventNumber, statusCode }: ProcessorItem): void {
    if (
      statusCode === 200 ||
      statusCode === 298 ||
      (statusCode >= 400 && statusCode < 500 && ![408, 429].includes(statusCode))
    )
      return;
    this.options.violations.note(
      'processor-item-dropped',
      `event ${eventNumber} is dropped for its ${statusCode}`,
    );
  }

  /** The first answer that the host's client does not retry. */
  async #untilAnswered({ headers, body }: TransformRequest): Promise<HttpAnswer> {
    const { calls, timing, timeoutMs, violations, patience } = this.options;
    let retryMs = timing.processorRetryMs;
    let shouldRetryMs = timing.shouldRetryMs;
    let waitedMs = 0;
    let tried = 0;
    for (let sent = 0; ; sent += 1) {
      if (sent >= patience) {
        violations.note('never-ends', `a batch was sent ${sent} times at the processor`);
        throw new OutOfPatience();
      }
      const call = { headers, body, timeoutMs };
      const answer = await calls.post(`/v0/destinations/${DEST_TYPE}`, call).catch(noAnswer);
      if (answer.status === 503 && answer.headers['x-rudder-should-retry'] === 'true') {
        await wait(shouldRetryMs);
        shouldRetryMs = Math.min(timing.maxShouldRetryMs, shouldRetryMs * 2);
        continue;
      }
      if (![0, 408, 429].includes(answer.status) && answer.status < 500) return answer;
      tried += 1;
      if (tried >= MAX_TRIES || waitedMs + retryMs > timing.processorRetryCapMs) {
        return violations.panic('processor-given-up', `status ${answer.status} after ${tried} tries`);
      }
      await wait(retryMs);
      waitedMs += retryMs;
      retryMs = Math.min(timing.processorMaxRetryMs, retryMs * 1.5);
    }
  }
}

function noAnswer(error: unknown): HttpAnswer {
  if (!(error instanceof TransportError)) throw error;
  return { status: 0, headers: {}, text: error.message };
}
