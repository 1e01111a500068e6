export { isReservedKey } from './convert/attribute-value.js';
export type { AttributeValue } from './convert/attribute-value.js';
export { isBlank, HIDDEN_CHARACTERS } from './text/characters.js';
export { DROP_REASON_TEXTS, NOTE_TEXTS } from './mapping/reason-texts.js';
export { SHORTEST_SECRET_IN_TEXT } from './text/secret.js';
export { CONVERTERS } from './convert/convert.js';
export type { ConverterName } from './convert/convert.js';
export { isInexactId, isJunkId, toIdAsWritten } from './convert/id.js';
export {
  AbortedError,
  ConfigurationError,
  DestinationError,
  InstrumentationError,
  InternalError,
  RetryableError,
  ThrottledError,
  isDestinationError,
} from './errors.js';
export type { ErrorCode, ErrorDetails, ErrorKind, Issue } from './errors.js';
export { foundText, typeName } from './json/describe-value.js';
export { deepFreeze, isDate, isObject } from './json/json-object.js';
export type { JsonObject } from './json/json-object.js';
export { findUnreadable } from './json/unreadable.js';
export { compileTable } from './mapping/compile.js';
export type { AttributeRow, FieldRow } from './mapping/compile.js';
export { copyAttributes, toEventAttribute } from './mapping/copy-attributes.js';
export type { Attributes, CopyPaths } from './mapping/copy-attributes.js';
export { FixedFields } from './mapping/fixed-fields.js';
export type { BodyWith, FixedRow } from './mapping/fixed-fields.js';
export { flattenAttributes } from './mapping/flatten-attributes.js';
export { compileRow, findRow, reportBehind, reportDefault, reportFound } from './mapping/read-row.js';
export type { CompiledRow, FoundValue } from './mapping/read-row.js';
export { joinPath, reasonUnusable } from './mapping/record.js';
export type { DropReason, MappedObject, PlanObject, Recorder } from './mapping/record.js';
export { readSources, sourceOf } from './mapping/sources.js';
export type { Sources } from './mapping/sources.js';
export type { AnyRow, LeafPath, Row, SourcePath, SourceRoot } from './mapping/table.js';
export { Walker } from './mapping/walk.js';
export type { BodyDraft } from './mapping/walk.js';
export type { MessageFields, MessageInput, RudderMessage } from './message.js';
export type { DestinationApi, ObjectWrite } from './destination-api.js';
export { PLAN_NOTES, advance, creates, maxRequests } from './plan.js';
export type {
  Advance,
  Effect,
  EventTimes,
  Next,
  PlanFailureCode,
  PlanNote,
  RequestPlan,
  Step,
  StepObject,
} from './plan.js';
export type { BodyValue, Method, RequestBody, RequestDescriptor } from './request.js';
export { copyText, namingBy } from './text/short-name.js';
export { nearestField, changesBetween, nearestName } from './text/nearest-name.js';
export { isTransient, judge } from './verdict.js';
export type { Answer, Settled, Transient, Verdict } from './verdict.js';
