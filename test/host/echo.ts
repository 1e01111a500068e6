import { isDeepStrictEqual } from 'node:util';
import { isObject, type JsonObject } from '../../src/core/json/json-object';
import type { GoType } from './go-decode';
import type { Violations } from './violation';

/** A job's metadata, as the host decodes it from an answer. */
export const JOB_METADATA: GoType = {
  struct: {
    userId: 'string',
    jobId: 'int',
    sourceId: 'string',
    sourceCategory: 'string',
    destinationId: 'string',
    attemptNum: 'int',
    receivedAt: 'string',
    createdAt: 'string',
    firstAttemptedAt: 'string',
    transformAt: 'string',
    workspaceId: 'string',
    secret: 'any',
    destInfo: 'any',
    workerAssignedTime: 'time',
    dontBatch: 'bool',
    traceparent: 'string',
  },
};

/** The metadata that the host continues with: the service echoes it. */
export interface Echo {
  readonly jobId: number;
  readonly userId: string;
  readonly destinationId: string;
  readonly workspaceId: string;
  readonly sourceId: string;
  readonly transformAt: string;
  readonly attemptNum: number;
  readonly firstAttemptedAt: string;
  readonly traceparent: string;
  readonly dontBatch: boolean;
  readonly destInfo: unknown;
}

/** Decodes metadata as Go does: a missing field gets the zero value of its type. */
export function readEcho(metadata: JsonObject): Echo {
  const text = (key: string): string => (typeof metadata[key] === 'string' ? metadata[key] : '');
  const number = (key: string): number => (typeof metadata[key] === 'number' ? metadata[key] : 0);
  return {
    jobId: number('jobId'),
    userId: text('userId'),
    destinationId: text('destinationId'),
    workspaceId: text('workspaceId'),
    sourceId: text('sourceId'),
    transformAt: text('transformAt'),
    attemptNum: number('attemptNum'),
    firstAttemptedAt: text('firstAttemptedAt'),
    traceparent: text('traceparent'),
    dontBatch: metadata.dontBatch === true,
    destInfo: metadata.destInfo,
  };
}

/**
 * Notes metadata that differs from what the host sent. A service may add only the key `destInfo`, which the
 * host stores for it.
 */
export function checkEcho(
  echoed: unknown,
  sent: JsonObject | undefined,
  where: string,
  violations: Violations,
): void {
  if (sent === undefined || !isObject(echoed)) return;
  if ('jobsT' in echoed) violations.note('reserved-key', `${where}: metadata holds jobsT`);
  const { destInfo: _ours, ...rest } = echoed;
  const { destInfo: _sent, ...expected } = sent;
  if (isDeepStrictEqual(rest, expected)) return;
  const keys = [...new Set([...Object.keys(rest), ...Object.keys(expected)])];
  const differing = keys.filter((key) => !isDeepStrictEqual(rest[key], expected[key]));
  violations.note('metadata-not-echoed', `${where}: ${differing.join(', ')} of job ${String(sent.jobId)}`);
}
