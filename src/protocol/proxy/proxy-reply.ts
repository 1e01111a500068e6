import type { DestinationError, JsonObject } from '../../core/index.js';
import { errorText } from '../error-text.js';
import { errorStatus } from '../transform/item-status.js';
import { statTags, type StatTags } from '../stat-tags.js';

/** What became of one descriptor. */
export interface DeliveryResult {
  /** The status of its jobs: 200, or one that says whether to try again. */
  readonly status: number;
  readonly message: string;
  readonly statTags?: StatTags;
}

/** A descriptor that was delivered. */
export const DELIVERED: DeliveryResult = { status: 200, message: 'delivered to Gainsight PX' };

/** A descriptor that was not. */
export function undelivered(
  error: DestinationError,
  pxStatus: number | undefined,
  [job]: readonly JsonObject[],
): DeliveryResult {
  return {
    status: errorStatus(error, pxStatus),
    message: errorText(error.message),
    statTags: statTags(error, 'dataDelivery', job ?? {}),
  };
}

/**
 * The answer to a call of version 1: an entry for each job, and HTTP 200 whatever became of them (RudderStack rudder-server v1.83,
 * `router/transformer/transformer.go`).
 */
export function proxyReplyV1(result: DeliveryResult, jobs: readonly JsonObject[]): object {
  const { status, message } = result;
  const error = status === 200 ? '' : message;
  return {
    output: { ...result, response: jobs.map((metadata) => ({ statusCode: status, metadata, error })) },
  };
}

/** The answer to a call of version 0, whose job takes the HTTP status for its own. */
export function proxyReplyV0(result: DeliveryResult): object {
  const { status, message } = result;
  return { output: { ...result, destinationResponse: { status, response: message } } };
}
