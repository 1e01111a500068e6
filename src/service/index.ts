/** The HTTP service for RudderStack hosts; start with `createService`. */
export { createService } from './service.js';
export type { Service, ServiceAddress, StopOptions } from './service.js';
export type { IngestOptions } from './ingest/ingest.js';
export type { LiveOptions } from './live/live-settings.js';
export type { LivePart, LiveText } from './live/live-part.js';
export type { ParsedLiveQuery } from './live/live-query.js';
export type { Mode, ServiceGroup, ServiceLog, ServiceOptions } from './options.js';
export type {
  SentRequest,
  ServedRequest,
  ServedResult,
  ServedSpan,
  TraceParent,
  Tracing,
} from './observe/tracing.js';
export type { EventOutcome } from './observe/outcome-names.js';
export type { SharedLimitsStats } from '../metrics/index.js';

// Types that the signatures above use.
export type { LiveNow, LiveQuery, LiveSecond } from '../web/index.js';
export type { ErrorCode, JsonObject, StepObject } from '../core/index.js';
export type {
  AttributeMapRow,
  AttributeTypes,
  AttributeType,
  ConfigDefaults,
  ConfigFields,
  ConsentPreference,
  DataCenter,
  DataCenterName,
  DestinationConfig,
  GlobalContextRow,
  MapRow,
  Preference,
  TypesByName,
} from '../destinations/gainsight_px/index.js';
export type {
  AnswerBody,
  Clock,
  Effect,
  Fetch,
  FetchAnswer,
  FetchInit,
  LimitScope,
  Method,
  MinimalSignal,
  ObjectName,
  ObjectStore,
  OpenObject,
  OutageChange,
  OutageOptions,
  QuotaWarning,
  RateLimiter,
  RequestRecord,
  RouterOptions,
  Settled,
  Signal,
  SkipUnchangedOptions,
  Transient,
  Verdict,
} from '../router/index.js';
