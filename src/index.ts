export {
  ATTRIBUTE_TYPES,
  compile,
  DATA_CENTERS,
  deleteUser,
  denyUser,
  effectivePreferences,
  explain,
  getPreferences,
  PREFERENCES,
  process,
  processMessage,
  setPreferences,
} from './destinations/gainsight_px/index.js';
export type {
  AttributeMapRow,
  AttributeType,
  CompiledDestination,
  ConfigFields,
  ConfigInput,
  ConsentPreference,
  DataCenter,
  DataCenterName,
  DestinationConfig,
  DroppedValue,
  ExplainedField,
  Explanation,
  GlobalContextRow,
  MapRow,
  Preference,
  Preferences,
  TypesByName,
  Warning,
  WarningCode,
} from './destinations/gainsight_px/index.js';

export { advance, maxRequests } from './core/plan.js';
export type { Advance, Next, PlanFailureCode, PlanNote, RequestPlan, RouteName, Step } from './core/plan.js';
export type { BodyValue, EndpointPath, Method, RequestBody, RequestDescriptor } from './core/request.js';
export type { JsonObject } from './core/json-object.js';
export type { MessageFields, MessageInput, RudderMessage } from './core/message.js';
export type { DropReason, MappedObject } from './core/mapping/record.js';
export { judge } from './core/verdict.js';
export type { Answer, Settled, Transient, Verdict } from './core/verdict.js';
export {
  AbortedError,
  ConfigurationError,
  DestinationError,
  InstrumentationError,
  InternalError,
  isDestinationError,
  RetryableError,
  ThrottledError,
} from './core/errors.js';
export type { ErrorCode, ErrorDetails, ErrorKind, Fault } from './core/errors.js';
