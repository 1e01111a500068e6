import { deepFreeze, isObject, type DestinationApi } from '../../../core/index.js';

/** The header that authorises a request. */
export const KEY_HEADER = 'X-APTRINSIC-API-KEY';

/** What the router must know of the Gainsight PX REST API. Source: Gainsight PX API description v0.1.6 (https://px-apidocs.gainsight.com). */
export const PX_API: DestinationApi = deepFreeze({
  name: 'PX',
  keyHeader: KEY_HEADER,
  failureTexts: {
    user_not_found: 'PX knows no such user',
    account_not_found: 'PX knows no such account',
    rejected: 'PX refused the request',
    denied: 'PX denied access: check the API key and its permissions',
  },
  errorTexts,
  // PX allows about 200 requests per second: the difference leaves room for other senders.
  limits: { requestsPerSecond: 180, requestsPerDay: 1_000_000 },
});

/** PX explains a refusal as `{"externalapierror": {"message", "subErrors": [{"message"}]}}` (seen in working clients). */
function errorTexts(body: unknown): readonly unknown[] {
  const error = isObject(body) ? (body.externalapierror ?? body) : undefined;
  if (!isObject(error)) return [];
  const { message, subErrors } = error;
  const others: readonly unknown[] = Array.isArray(subErrors) ? subErrors : [];
  return [message, ...others.map((other) => (isObject(other) ? other.message : undefined))];
}
