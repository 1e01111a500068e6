import type {
  DestinationError,
  DropReason,
  MappedObject,
  PlanNote,
  RequestPlan,
} from '../../../core/index.js';

export type WarningCode =
  | 'too_many_attributes'
  | 'attribute_name_too_long'
  | 'attribute_names_differ_by_case'
  | 'event_name_too_long'
  | 'read_only_field'
  | 'junk_id'
  | 'number_not_exact'
  | 'attribute_unknown'
  | 'attribute_disabled'
  | 'attribute_differs_by_case';

/** Something that PX is known to refuse or to mangle. */
export interface Warning {
  readonly code: WarningCode;
  /** The PX field that it is about. */
  readonly field: string;
  readonly message: string;
}

/** One field of a plan, and where its value came from. */
export interface ExplainedField {
  /** The object of PX that the field belongs to. */
  readonly object: MappedObject;
  /** The PX field, dotted: `location.city`. */
  readonly to: string;
  /** A path into the event (`context.traits.city`), or `config.…`, `constant`, `default: timestamp`. */
  readonly from: string;
  /** What is sent. */
  readonly value: unknown;
  /** The steps whose requests hold the field. */
  readonly steps: readonly string[];
}

/** A value of the event that is not in the plan. */
export interface DroppedValue {
  readonly path: string;
  readonly reason: DropReason;
  /** The type of the value; never the value. */
  readonly type: string;
}

/** What became of one message, field by field. */
export interface Explanation {
  /** Absent when the message cannot be mapped. */
  readonly plan?: RequestPlan;
  readonly error?: DestinationError;
  readonly fields: readonly ExplainedField[];
  readonly dropped: readonly DroppedValue[];
  /** What PX would refuse or mangle; it is sent all the same. */
  readonly warnings: readonly Warning[];
  /** What the plan leaves out whatever PX answers, because the configuration says so; absent when it is nothing. */
  readonly notes?: readonly PlanNote[];
}
