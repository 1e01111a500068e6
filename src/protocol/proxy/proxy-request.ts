import { isObject, typeName, type JsonObject } from '../../core/index.js';
import { WireFormatError } from '../wire-format-error.js';

/** The versions of the host's delivery proxy call: one job, or several. */
export type ProxyVersion = 'v0' | 'v1';

/** One descriptor that the host wants delivered, for one or several jobs. */
export interface ProxyRequest {
  readonly method: string;
  readonly endpoint: string;
  readonly headers: JsonObject;
  /** The descriptor's `body.JSON`. */
  readonly json: JsonObject;
  /** The metadata of its jobs; opaque, the reply returns it unchanged. */
  readonly jobs: readonly JsonObject[];
  /** The destination's configuration: as the host stores it, or as the reply to the transform request contained it. */
  readonly destinationConfig: unknown;
}

const NOTHING: JsonObject = Object.freeze({});

/**
 * Parses a call of the delivery proxy. Source: RudderStack rudder-server v1.83, `router/transformer/transformer_proxy_adapter.go`.
 *
 * @throws WireFormatError when it is not in the host's form
 */
export function parseProxyRequest(raw: unknown, version: ProxyVersion): ProxyRequest {
  if (!isObject(raw)) throw new WireFormatError(`expected an object, found ${typeName(raw)}`);
  const { method, endpoint, headers, body, metadata, destinationConfig } = raw;
  if (typeof endpoint !== 'string' || typeof method !== 'string') {
    throw new WireFormatError('method and endpoint: expected strings');
  }
  return {
    method,
    endpoint,
    headers: isObject(headers) ? headers : NOTHING,
    json: isObject(body) && isObject(body.JSON) ? body.JSON : NOTHING,
    jobs: jobsOf(metadata, version),
    destinationConfig,
  };
}

function jobsOf(metadata: unknown, version: ProxyVersion): readonly JsonObject[] {
  const jobs = version === 'v0' ? [metadata] : metadata;
  if (Array.isArray(jobs) && jobs.length > 0 && jobs.every(isObject)) return jobs;
  const expected = version === 'v0' ? 'an object' : 'a non-empty array of objects';
  throw new WireFormatError(`metadata: expected ${expected}, found ${typeName(metadata)}`);
}

const DEFAULT_TIMEOUT_MS = 10_000;
const LONGEST_TIMEOUT_MS = 600_000;

/** The milliseconds that the host allows for a delivery, from its header `RdProxy-Timeout`; the host's default if it is not a number. */
export function parseProxyTimeoutMs(header: unknown): number {
  const text = Array.isArray(header) ? (header[0] as unknown) : header;
  if (typeof text !== 'string' || !/^\d{1,9}$/.test(text) || Number(text) === 0) return DEFAULT_TIMEOUT_MS;
  return Math.min(Number(text), LONGEST_TIMEOUT_MS);
}
