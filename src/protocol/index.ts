export { parseDeletionRequest, unusableIdReason } from './delete-users.js';
export type { DeletionReply, UserId } from './delete-users.js';
export { toWireDescriptor } from './descriptor.js';
export {
  DEST_TYPE,
  configOf,
  destinationForProxy,
  destinationIdOf,
  destinationIdentity,
  requireOneDataCenter,
  requireStoredKey,
} from './destination/destination.js';
export { isTemplate, resolveDynamicConfig } from './destination/dynamic-config.js';
export { errorText } from './error-text.js';
export { FEATURES, FEATURES_OF_OLD_TRANSFORMERS, mergeFeatures } from './features.js';
export { messagesOf } from './messages-of.js';
export type { PlacedMessage } from './messages-of.js';
export { deliveryPlan } from './proxy/delivery-plan.js';
export { parseEventTimes } from './proxy/parse-plan.js';
export { toPlanDescriptor } from './proxy/plan-descriptor.js';
export { DELIVERED, proxyReplyV0, proxyReplyV1, undelivered } from './proxy/proxy-reply.js';
export type { DeliveryResult } from './proxy/proxy-reply.js';
export { parseProxyRequest, parseProxyTimeoutMs } from './proxy/proxy-request.js';
export type { ProxyRequest, ProxyVersion } from './proxy/proxy-request.js';
export { rejectionIn, rejectionText } from './rejection.js';
export type { Rejection } from './rejection.js';
export { ITEM_STATUS, KNOWS_FILTERED, errorStatus, isFilterable } from './transform/item-status.js';
export { droppedItem, outputItem } from './transform/processor-reply.js';
export type { ProcessorItem } from './transform/processor-reply.js';
export { deliverItem, failedItem, filteredItem, handledItem } from './transform/router-reply.js';
export type { RouterItem } from './transform/router-reply.js';
export { destTypeOf, parseProcessorRequest, parseRouterRequest } from './transform/transform-request.js';
export type { TransformEvent } from './transform/transform-request.js';
export { WireFormatError } from './wire-format-error.js';
