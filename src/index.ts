export {
  compile,
  deleteUser,
  denyUser,
  effectivePreferences,
  explain,
  getPreferences,
  process,
  setPreferences,
} from './destinations/gainsight_px/index.js';
export type {
  CompiledDestination,
  DestinationConfig,
  DroppedValue,
  ExplainedField,
  Explanation,
  GlobalContextRow,
  MapRow,
  Preference,
  Preferences,
  Warning,
  WarningCode,
} from './destinations/gainsight_px/index.js';

export { advance, maxRequests } from './core/plan.js';
export type {
  Advance,
  Next,
  PlanFailureCode,
  PlanNote,
  RequestPlan,
  RouteName,
  Step,
} from './core/plan.js';
export type { EndpointPath, Method, RequestBody, RequestDescriptor } from './core/request.js';
export type { RudderMessage } from './core/message.js';
export type { DropReason, MappedObject } from './core/mapping/record.js';
export { judge } from './core/verdict.js';
export type { Answer, Settled, Transient, Verdict } from './core/verdict.js';
export { ConfigurationError, InstrumentationError, isDestinationError } from './core/errors.js';
export type { DestinationError, ErrorCode, ErrorKind, Fault } from './core/errors.js';
