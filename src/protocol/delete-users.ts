import { isObject, typeName, isInexactId, isJunkId, toIdAsWritten } from '../core/index.js';
import type { DestinationConfig } from '../destinations/gainsight_px/index.js';
import { destTypeOf } from './transform/transform-request.js';
import { WireFormatError } from './wire-format-error.js';

/** A number is one that JSON readers round: whose id it is cannot be known. */
export type UserId = string | number;

/** A request to erase users. */
export interface DeletionRequest {
  /** Lower-cased; empty when the request names none. */
  readonly destType: string;
  readonly config: DestinationConfig;
  /** In the order of the request; empty ones included. */
  readonly userIds: readonly UserId[];
}

/**
 * A body of `/deleteUsers`: an array of one. Source: RudderStack rudder-server v1.83, `regulation-worker/internal/delete/api`.
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

/** Ids are texts; a number is taken for one too, as messages' ids are. */
function idOf(user: unknown): UserId {
  const userId = isObject(user) ? user.userId : undefined;
  if (typeof userId === 'string') return userId;
  return isInexactId(userId) ? (userId as number) : (toIdAsWritten(userId) ?? '');
}

/** Why nobody can be meant: the id is blank, or a placeholder that many people would share; `undefined` when somebody is. */
export function unusableIdReason(userId: UserId): string | undefined {
  if (typeof userId === 'number') return undefined;
  if (userId.trim() === '') return 'the userId is empty';
  return isJunkId(userId) ? 'the userId is a placeholder' : undefined;
}

/** How a deletion ended. The HTTP status decides; the host reads the text of the first item. */
export interface DeletionReply {
  readonly statusCode: number;
  readonly status: 'successful' | 'failed';
  readonly error?: string;
  /** Which users had no id, and so nothing to be erased by. */
  readonly skipped?: readonly string[];
}
