import type { ConverterName } from '../../../core/index.js';
import {
  ACCOUNT_FIELDS,
  EVENT_FIELDS,
  EVENT_ID,
  EVENT_IP,
  STANDARD_ACCOUNT_FIELDS,
  STANDARD_USER_FIELDS,
  SYNCED_EVENT_DATE,
  USER_FIELDS,
} from '../../../destinations/gainsight_px/index.js';
import type { Case } from './remedy.js';

/** A field of PX with its sources and its converter. */
export interface FieldRow {
  readonly to: string;
  readonly from: readonly string[];
  readonly as: ConverterName;
}

/** The fields that messages fill in by themselves, by the object of PX. */
export const FIELDS: Readonly<Record<'user' | 'account' | 'event', readonly FieldRow[]>> = {
  user: [...USER_FIELDS, ...STANDARD_USER_FIELDS],
  account: [...ACCOUNT_FIELDS, ...STANDARD_ACCOUNT_FIELDS],
  event: [...EVENT_FIELDS, SYNCED_EVENT_DATE, EVENT_ID, EVENT_IP],
};

/** The fields of PX that read a path by themselves. */
export function readers({ dropped: { path }, object }: Case): readonly FieldRow[] {
  return FIELDS[object ?? 'event'].filter(({ from }) => from.includes(path));
}
