import type { DestinationError, JsonObject } from '../../core/index.js';
import type { WireDescriptor } from '../descriptor.js';
import { errorText } from '../error-text.js';
import { ITEM_STATUS } from './item-status.js';
import { statTags, type StatTags } from '../stat-tags.js';

/**
 * The reply for one event on the processor route. The host stores items with status 200, filters 298 and drops all others, so an item
 * must never report a retryable error (RudderStack rudder-server v1.83, `processor/processor.go`).
 */
export interface ProcessorItem {
  /** Only with status 200. */
  readonly output?: WireDescriptor;
  readonly metadata: JsonObject;
  readonly statusCode: number;
  readonly error: string;
  readonly statTags: StatTags;
}

const NO_TAGS: StatTags = Object.freeze({});

/** An event that the host sends. */
export function outputItem(output: WireDescriptor, metadata: JsonObject): ProcessorItem {
  return { output, metadata, statusCode: ITEM_STATUS.deliver, error: '', statTags: NO_TAGS };
}

/** An event that is dropped or filtered. */
export function droppedItem(
  error: DestinationError,
  statusCode: number,
  metadata: JsonObject,
): ProcessorItem {
  return {
    metadata,
    statusCode,
    error: errorText(error.message),
    // The host counts an item with tags as a failure.
    statTags: statusCode === ITEM_STATUS.filtered ? NO_TAGS : statTags(error, 'processor', metadata),
  };
}
