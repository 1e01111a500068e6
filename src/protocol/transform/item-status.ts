import type { DestinationError } from '../../core/index.js';

/**
 * What an item's status makes the host do (RudderStack rudder-server v1.83, `router/worker.go`, `processor/processor.go`). No other 2xx
 * is ever used: the host would take it for "done, nothing to send".
 */
export const ITEM_STATUS = {
  /** The host sends the descriptor. */
  deliver: 200,
  /** Neither delivered nor failed; only for hosts that say that they know it. */
  filtered: 298,
  /** Nothing is left to send: the transformer has delivered it, or the host does not know `filtered`. */
  handled: 299,
} as const;

const LARGEST_ERROR = 598; // of 599 the host thinks that a descriptor could not be decoded

/**
 * The item status that makes the host do what an error calls for: drop what can never work (400), try again all else (429, 5xx).
 *
 * @param pxStatus the status of PX's answer that explains the error, where one does
 */
export function errorStatus(error: DestinationError, pxStatus?: number): number {
  if (error.kind !== 'retryable') return error.status;
  if (error.code === 'blocked') return 500;
  if (error.code === 'unreachable') return 504;
  return pxStatus !== undefined && pxStatus >= 500 && pxStatus <= LARGEST_ERROR ? pxStatus : error.status;
}

/** The value of the header `X-Feature-Filter-Code` of hosts that know the status 298. */
export const KNOWS_FILTERED = '?1';

/** Whether an error says that an event is not meant for this destination: it is neither delivered nor failed. */
export function isFilterable({ code }: DestinationError): boolean {
  return code === 'switched_off' || code === 'type_filtered';
}
