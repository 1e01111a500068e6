import { type Issue, isObject, isBlank, nearestField } from '../../../core/index.js';
import { ACCOUNT_FIELDS, USER_FIELDS } from '../fields.js';

type Names = readonly [string, ...string[]];

/** What the customer's own rows may name, by the key of their map. */
const TARGETS = {
  userFieldMap: { object: 'a PX user', names: USER_FIELDS.map(({ to }) => to) as unknown as Names },
  accountFieldMap: { object: 'a PX account', names: ACCOUNT_FIELDS.map(({ to }) => to) as unknown as Names },
} as const;

/** The rows of the field maps that name no field of PX; rows that the schema refuses are passed over. */
export function fieldMapIssues(config: unknown): Issue[] {
  if (!isObject(config)) return [];
  return Object.entries(TARGETS).flatMap(([key, { object, names }]) => {
    const rows = config[key];
    if (!Array.isArray(rows)) return [];
    return rows.flatMap((row: unknown, index) => {
      if (!isObject(row) || !isFilled(row.from) || !isFilled(row.to) || names.includes(row.to)) return [];
      const message = `expected a field of ${object}, found another string; the nearest field is ${nearestField(row.to, names)}`;
      return [{ path: `${key}.${index}.to`, message }];
    });
  });
}

/** Whether a side of a row says something. */
export function isFilled(value: unknown): value is string {
  return typeof value === 'string' && !isBlank(value);
}
