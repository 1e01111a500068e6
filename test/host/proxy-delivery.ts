import { isObject, type JsonObject } from '../../src/core/json/json-object';
import { DEST_TYPE } from './destination';
import type { Descriptor } from './descriptor';
import type { DeliveryResult } from './direct-delivery';
import type { Echo } from './echo';
import { decodeFault, type GoType } from './go-decode';
import { parseJson, TransportError } from './http-call';
import type { ServiceCalls } from './service-calls';
import type { Violations } from './violation';

export interface ProxyOptions {
  readonly calls: ServiceCalls;
  readonly version: () => 'v0' | 'v1';
  /** Sent to the service; the host adds it to its own timeout for a transform. */
  readonly destinationTimeoutMs: number;
  readonly transformTimeoutMs: number;
  readonly violations: Violations;
}

/** The result of each job of a proxied delivery. */
export interface JobResult extends DeliveryResult {
  /** Stored with a failed job, and sent in the metadata of its next transform. */
  readonly dontBatch: boolean;
}

export interface ProxyParcel {
  readonly jobs: readonly Echo[];
  readonly descriptors: readonly Descriptor[];
  readonly destinationConfig: JsonObject | undefined;
  readonly destinationVersion: unknown;
}

const REPLY_V1: GoType = {
  struct: {
    output: {
      struct: {
        message: 'string',
        response: {
          list: {
            struct: {
              statusCode: 'int',
              error: 'string',
              metadata: { struct: { jobId: 'int', dontBatch: 'bool' } },
            },
          },
        },
        statTags: 'stringMap',
        authErrorCategory: 'string',
      },
    },
  },
};

const isRetryable = (code: number): boolean => code < 200 || code >= 500 || code === 408 || code === 429;

/** Delivers through the service's proxy route. */
export class ProxyDelivery {
  constructor(private readonly options: ProxyOptions) {}

  /**
   * Results by job. The results of the last descriptor count, unless an earlier one has a retryable failure.
   */
  async deliver(parcel: ProxyParcel): Promise<ReadonlyMap<number, JobResult>> {
    if (parcel.destinationConfig === undefined) {
      this.options.violations.note(
        'no-destination-config',
        'the item has no destination.Config for the proxy',
      );
    }
    let results = new Map<number, JobResult>();
    let refused = false;
    for (const [index, descriptor] of parcel.descriptors.entries()) {
      results = await this.#deliverOne(descriptor, parcel);
      const codes = [...results.values()].map(({ code }) => code);
      if (index === parcel.descriptors.length - 1) break;
      if (codes.some(isRetryable))
        return new Map([...results].map(([id, result]) => [id, { ...result, code: 500 }]));
      refused ||= codes.some((code) => code >= 300);
    }
    if (refused && [...results.values()].some(({ code }) => code < 300)) {
      this.options.violations.note('array-failure-hidden', 'a request before the last one was refused');
    }
    return results;
  }

  async #deliverOne(descriptor: Descriptor, parcel: ProxyParcel): Promise<Map<number, JobResult>> {
    const { calls, version, destinationTimeoutMs, transformTimeoutMs } = this.options;
    const { jobs } = parcel;
    const spoken = version();
    try {
      const { status, headers, text } = await calls.post(`/${spoken}/destinations/${DEST_TYPE}/proxy`, {
        headers: { 'Content-Type': 'application/json', 'RdProxy-Timeout': String(destinationTimeoutMs) },
        body: JSON.stringify(payload(descriptor, parcel, spoken)),
        timeoutMs: transformTimeoutMs + destinationTimeoutMs,
      });
      if (headers.apiversion !== '2') {
        this.options.violations.note('proxy-no-api-version', `apiVersion is ${String(headers.apiversion)}`);
      }
      if (status === 404) return allJobs(jobs, 500, 'the proxy route does not exist');
      return spoken === 'v1' ? this.#readV1(text, jobs) : this.#readV0(status, text, jobs);
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      return allJobs(jobs, 500, error.message);
    }
  }

  #readV0(status: number, text: string, jobs: readonly Echo[]): Map<number, JobResult> {
    const json = parseJson(text)?.value;
    if (!isObject(json) || !isObject(json.output)) return this.#undecodable('no output', jobs);
    return allJobs(jobs, status, JSON.stringify(json.output.destinationResponse ?? ''));
  }

  #readV1(text: string, jobs: readonly Echo[]): Map<number, JobResult> {
    const json = parseJson(text)?.value;
    const fault = json === undefined ? 'no JSON' : decodeFault(json, REPLY_V1);
    if (fault !== undefined || !isObject(json)) return this.#undecodable(fault ?? 'no object', jobs);
    const response = isObject(json.output) ? json.output.response : undefined;
    if (!Array.isArray(response) || response.length === 0) return this.#undecodable('no response', jobs);

    const results = allJobs(jobs, 500, 'Response for this job is expected but not found');
    const answered = new Set<number>();
    for (const entry of response as readonly JsonObject[]) {
      const metadata = isObject(entry.metadata) ? entry.metadata : {};
      const id = metadata.jobId as number;
      if (answered.has(id)) this.options.violations.note('proxy-job-twice', `job ${id}`);
      if (!results.has(id)) this.options.violations.note('proxy-foreign-job', `job ${id}`);
      else this.#apply(entry, metadata, results);
      answered.add(id);
    }
    for (const { jobId } of jobs) {
      if (!answered.has(jobId)) this.options.violations.note('proxy-job-missing', `job ${jobId}`);
    }
    return results;
  }

  #apply(entry: JsonObject, metadata: JsonObject, results: Map<number, JobResult>): void {
    const text = (entry.error ?? '') as string;
    if (text.includes('\u0000')) this.options.violations.note('nul-in-text', 'the error of a proxied job');
    results.set(metadata.jobId as number, {
      code: (entry.statusCode ?? 0) as number,
      text,
      dontBatch: metadata.dontBatch === true,
    });
  }

  #undecodable(fault: string, jobs: readonly Echo[]): Map<number, JobResult> {
    this.options.violations.note('proxy-reply-undecodable', fault);
    return allJobs(jobs, 500, fault);
  }
}

function payload(descriptor: Descriptor, parcel: ProxyParcel, version: 'v0' | 'v1'): JsonObject {
  const metadata = parcel.jobs.map((job) => ({
    jobId: job.jobId,
    attemptNum: job.attemptNum,
    userId: '',
    sourceId: job.sourceId,
    destinationId: job.destinationId,
    workspaceId: job.workspaceId,
    secret: null,
    ...(job.destInfo === undefined ? {} : { destInfo: job.destInfo }),
    dontBatch: job.dontBatch,
  }));
  return {
    ...descriptor,
    metadata: version === 'v1' ? metadata : metadata[0],
    destinationConfig: parcel.destinationConfig ?? {},
    ...(parcel.destinationVersion === undefined ? {} : { destinationVersion: parcel.destinationVersion }),
  };
}

function allJobs(jobs: readonly Echo[], code: number, text: string): Map<number, JobResult> {
  return new Map(jobs.map(({ jobId }) => [jobId, { code, text, dontBatch: false }]));
}
