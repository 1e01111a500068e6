import { deepFreeze, isObject, type DestinationApi, type ObjectWrite } from '../../../core/index.js';
import { ID_FIELD, type RouteName } from './routes.js';

/** The header that authorises a request. */
export const KEY_HEADER = 'X-APTRINSIC-API-KEY';

/** Inferred: PX merges them into its own by key, as it keeps the fields that an update does not name. */
const MERGED = ['customAttributes', 'location', 'location.coordinates'];
// The API description declares `propertyKeys` required, and in practice PX takes an update without it.
const USER_WRITE: ObjectWrite = { alwaysSent: [ID_FIELD.user, 'type', 'propertyKeys'], merged: MERGED };
const ACCOUNT_WRITE: ObjectWrite = { alwaysSent: [ID_FIELD.account, 'propertyKeys'], merged: MERGED };

/** Not here: erasing and denying a user, after which PX may hold less than before. */
const OBJECT_WRITES: Partial<Record<RouteName, ObjectWrite | 'apart'>> = {
  'users.update': USER_WRITE,
  'users.create': USER_WRITE,
  'accounts.update': ACCOUNT_WRITE,
  'accounts.create': ACCOUNT_WRITE,
  'preferences.set': 'apart',
};

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
  objectWrites: OBJECT_WRITES,
});

/** PX explains a refusal as `{"externalapierror": {"message", "subErrors": [{"message"}]}}` (seen in working clients). */
function errorTexts(body: unknown): readonly unknown[] {
  const error = isObject(body) ? (body.externalapierror ?? body) : undefined;
  if (!isObject(error)) return [];
  const { message, subErrors } = error;
  const others: readonly unknown[] = Array.isArray(subErrors) ? subErrors : [];
  return [message, ...others.map((other) => (isObject(other) ? other.message : undefined))];
}
