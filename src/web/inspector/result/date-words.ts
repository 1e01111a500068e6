import type { ExplainedField } from '../../../destinations/gainsight_px/index.js';

/**
 * A date that PX gets in epoch milliseconds, as people read it; `undefined` for all other fields.
 *
 * @example
 * dateWords({ to: 'signUpDate', value: 0 }); // '1970-01-01T00:00:00.000Z'
 */
export function dateWords({ to, value }: Pick<ExplainedField, 'to' | 'value'>): string | undefined {
  if (typeof value !== 'number' || !/^(date|[a-zA-Z]+Date)$/.test(to)) return undefined;
  return new Date(value).toISOString();
}
