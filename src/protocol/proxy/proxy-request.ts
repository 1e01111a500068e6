import { isObject, typeName, type JsonObject } from '../../core/index.js';
import { WireFormatError } from '../wire-format-error.js';

/** The versions of the host's delivery proxy call: one job, or several. */
export type ProxyVersion = 'v0' | 'v1';

/** What the host wants delivered: one descriptor, on behalf of one or several jobs. */
export interface ProxyRequest {
  readonly method: string;
  readonly endpoint: string;
  readonly headers: JsonObject;
  /** What the descriptor has as `body.JSON`. */
  readonly json: JsonObject;
  /** The metadata of its jobs: opaque, given back as it came. */
  readonly jobs: readonly JsonObject[];
  /** The destination's configuration as the host stores it, or as the transform echoed it. */
  readonly destinationConfig: unknown;
}

const NOTHING: JsonObject = Object.freeze({});

/**
 * A call of the delivery proxy. Source: RudderStack rudder-server v1.83, `router/transformer/transformer_proxy_adapter.go`.
 *
 * @throws WireFormatError when it is not in the host's form
 */
export function parseProxyRequest(raw: unknown, version: ProxyVersion): ProxyRequest {
  if (!isObject(raw)) throw new WireFormatError(`expected an object, found ${typeName(raw)}`);
  const { method, endpoint, headers, body, metadata, destinationConfig } = raw;
  if (typeof endpoint !== 'string' || typeof method !== 'string') {
    throw new WireFormatError('method and endpoint: expected texts');
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
  const expected = version === 'v0' ? 'an object' : 'a filled array of objects';
  throw new WireFormatError(`metadata: expected ${expected}, found ${typeName(metadata)}`);
}

const DEFAULT_TIMEOUT_MS = 10_000;
const LONGEST_TIMEOUT_MS = 600_000;

/**
 * The time that the host gives a delivery, from its header `RdProxy-Timeout`: milliseconds as text. What is no number counts as the host's
 * default.
 */
export function parseProxyTimeoutMs(header: unknown): number {
  const text = Array.isArray(header) ? (header[0] as unknown) : header;
  if (typeof text !== 'string' || !/^\d{1,9}$/.test(text) || Number(text) === 0) return DEFAULT_TIMEOUT_MS;
  return Math.min(Number(text), LONGEST_TIMEOUT_MS);
}
