import { DATA_CENTERS, parseConfig, type DataCenter } from '../../destinations/gainsight_px/index.js';

const ORIGINS: ReadonlyMap<string, DataCenter> = new Map(
  DATA_CENTERS.map((dataCenter) => [
    parseConfig({ apiKey: '-', productTagKey: '-', dataCenter }).connection.origin,
    dataCenter,
  ]),
);

/**
 * The data center of an origin; `undefined` for an origin that is not PX's.
 *
 * @example
 * dataCenterAt('https://api-eu.aptrinsic.com'); // 'EU'
 */
export function dataCenterAt(origin: string): DataCenter | undefined {
  return ORIGINS.get(origin);
}

/** Whether a value names a data center, in the spelling of {@link DATA_CENTERS}. */
export function isDataCenter(value: unknown): value is DataCenter {
  return DATA_CENTERS.some((name) => name === value);
}
