import { isObject, type JsonObject } from '../../src/core/json/json-object';
import { decodeFault, fieldOf, type GoType } from './go-decode';
import type { Violations } from './violation';

const DESCRIPTOR: GoType = {
  struct: {
    type: 'string',
    endpoint: 'string',
    endpointPath: 'string',
    method: 'string',
    userId: 'string',
    headers: 'stringMap',
    params: 'object',
    body: 'object',
    files: 'object',
  },
};

const BODY_FORMATS = ['JSON', 'JSON_ARRAY', 'XML', 'FORM'];

/** The request that the host sends: the parts of a descriptor that it decodes. */
export interface Descriptor {
  readonly type: string;
  readonly endpoint: string;
  readonly endpointPath: string;
  readonly method: string;
  readonly userId: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly params: JsonObject;
  readonly body: JsonObject;
  readonly files: JsonObject;
}

export type DescriptorReading =
  | { readonly ok: true; readonly descriptors: readonly Descriptor[] }
  /** The status of the job. */
  | { readonly ok: false; readonly code: number; readonly error: string };

/**
 * Decodes the descriptors of a service, and notes each violation of the host's rules. The job gets 599 when
 * they cannot be decoded, and 0 for an empty array.
 */
export function readDescriptors(
  raw: unknown,
  transformAt: string,
  violations: Violations,
): DescriptorReading {
  const undecodable = (fault: string): DescriptorReading => {
    violations.note('descriptor-undecodable', fault);
    return { ok: false, code: 599, error: `transformer response unmarshal error: ${fault}` };
  };
  if (Array.isArray(raw)) {
    if (transformAt !== 'router') {
      violations.note('array-at-processor', `an array, while transformAt is "${transformAt}"`);
      return { ok: false, code: 599, error: 'transformer response unmarshal error: an array' };
    }
    if (raw.length === 0) {
      violations.note('empty-array', 'batchedRequest is an empty array');
      return { ok: false, code: 0, error: '' };
    }
  } else if (!isObject(raw)) {
    return undecodable('batchedRequest is missing or not an object');
  }
  const parts: readonly unknown[] = Array.isArray(raw) ? raw : [raw];
  const fault = parts.map((part) => decodeFault(part, DESCRIPTOR)).find((found) => found !== undefined);
  if (fault !== undefined) return undecodable(fault);
  const descriptors = parts.map((part) => descriptorOf(isObject(part) ? part : {}));
  for (const descriptor of descriptors) inspect(descriptor, violations);
  return { ok: true, descriptors };
}

function descriptorOf(raw: JsonObject): Descriptor {
  const text = (key: string): string => (fieldOf(raw, key) ?? '') as string;
  const object = (key: string): JsonObject => (fieldOf(raw, key) ?? {}) as JsonObject;
  return {
    type: text('type'),
    endpoint: text('endpoint'),
    endpointPath: text('endpointPath'),
    method: text('method'),
    userId: text('userId'),
    headers: object('headers') as Readonly<Record<string, string>>,
    params: object('params'),
    body: object('body'),
    files: object('files'),
  };
}

/** Notes what the host can decode but does not send as the service means it. */
function inspect({ type, files, body, endpoint }: Descriptor, violations: Violations): void {
  if (type !== 'REST') violations.note('descriptor-not-rest', `type is "${type}"`);
  if (Object.keys(files).length > 0) violations.note('descriptor-with-files', 'files is not empty');
  if (!isUrlToGo(endpoint))
    violations.note('endpoint-malformed', endpoint.replace(/^(https?:\/\/[^/]*).*/, '$1/…'));
  const filled = Object.entries(body).filter(([format, value]) => {
    if (!isObject(value)) violations.note('body-value-no-object', `body.${format} is not an object`);
    return isObject(value) && Object.keys(value).length > 0;
  });
  if (filled.length > 1) {
    violations.note(
      'several-bodies',
      `any one of ${filled.map(([format]) => format).join(', ')} would be sent`,
    );
  }
  for (const [format] of filled) {
    if (!BODY_FORMATS.includes(format)) violations.note('unknown-body-format', `body.${format}`);
  }
}

/**
 * Whether Go can parse a URL: it refuses spaces in the host name, control characters, and a percent sign
 * without two hex digits.
 */
export function isUrlToGo(endpoint: string): boolean {
  return (
    /^https?:\/\/[^/?#\s]+/.test(endpoint) &&
    !/\p{Cc}/u.test(endpoint) &&
    !/%(?![0-9A-Fa-f]{2})/.test(endpoint)
  );
}
