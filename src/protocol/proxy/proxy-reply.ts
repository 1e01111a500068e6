import type { DestinationError, JsonObject } from '../../core/index.js';
import { errorText } from '../error-text.js';
import { errorStatus } from '../transform/item-status.js';
import { statTags, type StatTags } from '../stat-tags.js';

/** The result of one descriptor. */
export interface DeliveryResult {
  /** The status of its jobs: 200, or an error status that says whether the host retries. */
  readonly status: number;
  readonly message: string;
  readonly statTags?: StatTags;
}

/** A descriptor that was delivered. */
export const DELIVERED: DeliveryResult = { status: 200, message: 'delivered to Gainsight PX' };

/** A descriptor that was not delivered. */
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
 * The reply to a call of version 1: an entry for each job. Its HTTP status is 200 even when the jobs failed (RudderStack rudder-server
 * v1.83, `router/transformer/transformer.go`).
 */
export function proxyReplyV1(result: DeliveryResult, jobs: readonly JsonObject[]): object {
  const { status, message } = result;
  const error = status === 200 ? '' : message;
  return {
    output: { ...result, response: jobs.map((metadata) => ({ statusCode: status, metadata, error })) },
  };
}

/** The reply to a call of version 0; its HTTP status is the status of the job. */
export function proxyReplyV0(result: DeliveryResult): object {
  const { status, message } = result;
  return { output: { ...result, destinationResponse: { status, response: message } } };
}
