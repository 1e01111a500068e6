import { isObject, typeName, type Issue } from '../../../core/index.js';

/** The data centers of PX, each with a base URL of its own. */
export const DATA_CENTERS = ['US', 'EU', 'US2'] as const;
export type DataCenter = (typeof DATA_CENTERS)[number];

/** Source: Gainsight PX API description v0.1.6 (https://px-apidocs.gainsight.com). */
export const ORIGINS: Readonly<Record<DataCenter, string>> = {
  US: 'https://api.aptrinsic.com',
  EU: 'https://api-eu.aptrinsic.com',
  US2: 'https://api-us2.aptrinsic.com',
};

/** What is wrong with a `dataCenter` that names several. */
export const SEVERAL_DATA_CENTERS: Issue = {
  path: 'dataCenter',
  message:
    'expected one data center, found several: store one (a host does not tell which source an event comes from)',
};

/**
 * The different data centers that a `dataCenter` names, in upper case and not validated: one of a text, those of all source types of an
 * object. A source type with null has no data center. For a value that is not a string, the name of its type is listed.
 *
 * @example
 * dataCentersIn({ web: 'eu', ios: 'EU', cloud: null }); // ['EU']
 */
export function dataCentersIn(dataCenter: unknown): string[] {
  const names = isObject(dataCenter) ? Object.values(dataCenter) : [dataCenter];
  const given = names.filter((name) => name !== null && name !== undefined);
  // What is not a text is not a data center, either; an object may have a `toString` of any kind.
  return [...new Set(given.map((name) => (typeof name === 'string' ? name.toUpperCase() : typeName(name))))];
}

/** Several data centers would leave a choice that nobody can make: hosts do not tell the type of an event's source. */
export function dataCenterIssues(raw: unknown): Issue[] {
  // Values that are none are issues already.
  if (!isObject(raw) || !dataCentersIn(raw.dataCenter).every((name) => Object.hasOwn(ORIGINS, name)))
    return [];
  return dataCentersIn(raw.dataCenter).length > 1 ? [SEVERAL_DATA_CENTERS] : [];
}
