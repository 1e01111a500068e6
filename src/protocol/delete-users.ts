import { isObject, typeName, isInexactId, isJunkId, toIdAsWritten } from '../core/index.js';
import type { DestinationConfig } from '../destinations/gainsight_px/index.js';
import { destTypeOf } from './transform/transform-request.js';
import { WireFormatError } from './wire-format-error.js';

/** The id of a user. It is a number only if that number is too large to be exact in JSON, so that it may not be the user's id. */
export type UserId = string | number;

/** A request to erase users. */
export interface DeletionRequest {
  /** Lower-cased; empty when the request names none. */
  readonly destType: string;
  readonly config: DestinationConfig;
  /** In the order of the request, with empty ones. */
  readonly userIds: readonly UserId[];
}

/**
 * Parses the body of `/deleteUsers`, an array of one job. Source: RudderStack rudder-server v1.83, `regulation-worker/internal/delete/api`.
 *
 * @throws WireFormatError when it is not in the host's form
 * @example
 * parseDeletionRequest([{ jobId: '1', destType: 'gainsight_px', config, userAttributes: [{ userId: 'u1' }] }]).userIds; // ['u1']
 */
export function parseDeletionRequest(body: unknown): DeletionRequest {
  const jobs: readonly unknown[] = Array.isArray(body) ? body : [];
  const [job] = jobs;
  if (jobs.length !== 1 || !isObject(job)) {
    throw new WireFormatError(`expected an array of one job, found ${typeName(body)}`);
  }
  const { config, userAttributes } = job;
  if (!Array.isArray(userAttributes)) {
    throw new WireFormatError(`userAttributes: expected an array, found ${typeName(userAttributes)}`);
  }
  return {
    destType: destTypeOf(job),
    config: config as DestinationConfig,
    userIds: userAttributes.map(idOf),
  };
}

/** An id is a string; a number is accepted too, as in messages. */
function idOf(user: unknown): UserId {
  const userId = isObject(user) ? user.userId : undefined;
  if (typeof userId === 'string') return userId;
  return isInexactId(userId) ? (userId as number) : (toIdAsWritten(userId) ?? '');
}

/** Why an id identifies nobody: it is blank, or a placeholder that many users share. `undefined` for a usable id. */
export function unusableIdReason(userId: UserId): string | undefined {
  if (typeof userId === 'number') return undefined;
  if (userId.trim() === '') return 'the userId is empty';
  return isJunkId(userId) ? 'the userId is a placeholder' : undefined;
}

/** The result of a deletion. The host acts on the HTTP status, and shows the `error` of the first item. */
export interface DeletionReply {
  readonly statusCode: number;
  readonly status: 'successful' | 'failed';
  readonly error?: string;
  /** The users without a usable id, which cannot be erased. */
  readonly skipped?: readonly string[];
}
