import type { AttributeFault, AttributeType } from '../../destinations/gainsight_px/index.js';

/** What `check` looks at, in the order of its table. */
export const CHECK_NAMES = [
  'configuration',
  'reachable',
  'dataCenter',
  'read',
  'productTagKey',
  'userAttributes',
  'accountAttributes',
  'attributeTypes',
  'write',
] as const;
export type CheckName = (typeof CHECK_NAMES)[number];

export type CheckResult = 'ok' | 'failed' | 'warning' | 'notChecked';

/** Every code that a check can have. Codes are stable: scripts may rely on them. */
export type CheckCode =
  | 'not_checked'
  | 'configuration_valid'
  | 'configuration_invalid'
  | 'key_misspelt'
  | 'reached'
  | 'name_unknown'
  | 'connection_refused'
  | 'tls_failed'
  | 'timed_out'
  | 'connection_failed'
  | 'px_unavailable'
  | 'not_px'
  | 'data_center_right'
  | 'data_center_wrong'
  | 'data_center_unclear'
  | 'key_denied'
  | 'may_read'
  | 'read_denied'
  | 'read_throttled'
  | 'read_failed'
  | 'tag_key_known'
  | 'tag_key_differs_by_case'
  | 'tag_key_of_other_environment'
  | 'tag_key_unknown'
  | 'tag_keys_not_listed'
  | 'attributes_known'
  | 'attributes_wrong'
  | 'attributes_not_listed'
  | 'attributes_untyped'
  | 'types_current'
  | 'types_outdated'
  | 'types_not_set'
  | 'may_write'
  | 'write_denied'
  | 'write_failed'
  | 'write_unclear'
  | 'write_not_tried'
  | 'write_accepted';

/** One row of the report. */
export interface Check {
  readonly name: CheckName;
  readonly result: CheckResult;
  readonly code: CheckCode;
  /** What was found, in words. */
  readonly found: string;
  /** What to do, in words; absent where there is nothing to do. */
  readonly todo?: string;
}

/** What is known of an attribute that a row of a map names. */
export type AttributeCode =
  | AttributeFault
  | 'attribute_known'
  | 'attribute_reserved'
  | 'attribute_type_differs'
  | 'attribute_type_unset'
  | 'attribute_type_other';

/** A row of an attribute map, held against PX. */
export interface CheckedAttribute {
  readonly object: 'user' | 'account';
  readonly from: string;
  /** The API name that the row names. */
  readonly to: string;
  readonly code: AttributeCode;
  readonly result: Exclude<CheckResult, 'notChecked'>;
  readonly found: string;
  readonly todo?: string;
  /** Its type in PX. */
  readonly type?: AttributeType;
  /** The type that values are converted to; absent: they are sent as they come. */
  readonly convertedTo?: AttributeType;
  /** The attribute that is most likely meant. */
  readonly meant?: string;
}

/** All that `check` found. */
export interface CheckReport {
  /** Whether nothing failed. */
  readonly ok: boolean;
  /** Where the requests went; absent where none was sent. */
  readonly origin?: string;
  readonly checks: readonly Check[];
  readonly attributes: readonly CheckedAttribute[];
}
