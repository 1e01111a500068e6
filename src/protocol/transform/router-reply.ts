import type { DestinationError, JsonObject } from '../../core/index.js';
import type { WireDescriptor } from '../descriptor.js';
import { errorText } from '../error-text.js';
import { ITEM_STATUS } from './item-status.js';
import { statTags, type StatTags } from '../stat-tags.js';

/** The reply for one job. Each item has one job, so each job id is in exactly one item. */
export interface RouterItem {
  /** Only with status 200. */
  readonly batchedRequest?: WireDescriptor;
  /** The job's metadata, unchanged, in an array of one. */
  readonly metadata: readonly [JsonObject];
  readonly destination: JsonObject;
  readonly batched: false;
  readonly statusCode: number;
  readonly error: string;
  readonly statTags: StatTags;
}

const NO_TAGS: StatTags = Object.freeze({});

/** A job that the host sends. */
export function deliverItem(
  batchedRequest: WireDescriptor,
  metadata: JsonObject,
  destination: JsonObject,
): RouterItem {
  return {
    batchedRequest,
    metadata: [metadata],
    destination,
    batched: false,
    statusCode: ITEM_STATUS.deliver,
    error: '',
    statTags: NO_TAGS,
  };
}

/** A job that the service delivered: the host has nothing left to send. */
export function handledItem(metadata: JsonObject, destination: JsonObject): RouterItem {
  return {
    metadata: [metadata],
    destination,
    batched: false,
    statusCode: ITEM_STATUS.handled,
    error: '',
    statTags: NO_TAGS,
  };
}

/** A job that is not for this destination. For a host that does not know the status 298 it counts as done, so not as a failure. */
export function filteredItem(
  error: DestinationError,
  knowsFiltered: boolean,
  metadata: JsonObject,
  destination: JsonObject,
): RouterItem {
  const statusCode = knowsFiltered ? ITEM_STATUS.filtered : ITEM_STATUS.handled;
  return { ...handledItem(metadata, destination), statusCode, error: errorText(error.message) };
}

/** A job that failed; `statusCode` says whether the host retries it. */
export function failedItem(
  error: DestinationError,
  statusCode: number,
  metadata: JsonObject,
  destination: JsonObject,
): RouterItem {
  return {
    metadata: [metadata],
    destination,
    batched: false,
    statusCode,
    error: errorText(error.message),
    statTags: statTags(error, 'router', metadata),
  };
}
