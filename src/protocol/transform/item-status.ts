import type { DestinationError } from '../../core/index.js';

/**
 * The statuses of an item that is not an error (RudderStack rudder-server v1.83, `router/worker.go`, `processor/processor.go`). The
 * host reads any other 2xx as "done, nothing to send".
 */
export const ITEM_STATUS = {
  /** The host sends the descriptor. */
  deliver: 200,
  /** Neither delivered nor failed; only for hosts that declare that they know it. */
  filtered: 298,
  /** Nothing is left to send: the service delivered it, or it is filtered and the host does not know 298. */
  handled: 299,
} as const;

const LARGEST_ERROR = 598; // the host uses 599 for a descriptor that it cannot decode

/**
 * The item status for an error: 429 and 5xx make the host retry; any other 4xx makes it drop the event.
 *
 * @param pxStatus the status of the PX response that caused the error, if one did
 */
export function errorStatus(error: DestinationError, pxStatus?: number): number {
  if (error.kind !== 'retryable') return error.status;
  if (error.code === 'blocked') return 500;
  if (error.code === 'unreachable') return 504;
  return pxStatus !== undefined && pxStatus >= 500 && pxStatus <= LARGEST_ERROR ? pxStatus : error.status;
}

/** The value of the header `X-Feature-Filter-Code` of hosts that know the status 298. */
export const KNOWS_FILTERED = '?1';

/** Whether an error means that the event is not for this destination: it is neither delivered nor failed. */
export function isFilterable({ code }: DestinationError): boolean {
  return code === 'switched_off' || code === 'type_filtered';
}
