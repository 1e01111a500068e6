/** The values that PX accepts in a field. */
export type FieldType =
  | 'text'
  | 'texts'
  | 'integer'
  | 'number'
  | 'textOrNumber'
  | 'boolean'
  | 'booleanOrNull'
  | 'epochMs'
  | 'location'
  | 'attributes'
  | { readonly oneOf: readonly string[] };

/** The fields of a kind of object. PX refuses other fields. */
export type Fields = Readonly<Record<string, FieldType>>;

/** A kind of request body: its fields, and the fields that a create requires. */
export interface ObjectModel {
  /** As PX's error bodies name it. */
  readonly name: string;
  readonly fields: Fields;
  readonly required: readonly string[];
}

const USER_TYPE: FieldType = { oneOf: ['LEAD', 'USER', 'VISITOR'] };

// The field lists follow the Gainsight PX API description v0.1.6. Fields that it declares read-only, but that
// PX accepts in practice, are accepted. Inferred: PX refuses a wrong type or an unknown field, and neither
// converts nor ignores it.

const TEXT_FIELDS = (names: string): Fields =>
  Object.fromEntries(names.split(' ').map((name) => [name, 'text']));

export const USER: ObjectModel = {
  name: 'user',
  required: ['identifyId', 'propertyKeys'],
  fields: {
    ...TEXT_FIELDS(
      'identifyId email firstName lastName title phone role subscriptionId accountId sfdcContactId',
    ),
    type: USER_TYPE,
    gender: { oneOf: ['MALE', 'FEMALE', 'OTHER'] },
    score: 'integer',
    numberOfVisits: 'integer',
    signUpDate: 'epochMs',
    firstVisitDate: 'epochMs',
    lastSeenDate: 'epochMs',
    createDate: 'epochMs',
    globalUnsubscribe: 'boolean',
    location: 'location',
    propertyKeys: 'texts',
    customAttributes: 'attributes',
  },
};

export const ACCOUNT: ObjectModel = {
  name: 'account',
  required: ['id', 'name'],
  fields: {
    ...TEXT_FIELDS('id name trackedSubscriptionId sfdcId dunsNumber industry sicCode website naicsCode plan'),
    ...TEXT_FIELDS('parentGroupId gsId csm'),
    numberOfEmployees: 'integer',
    numberOfUsers: 'integer',
    healthScore: 'integer',
    nps: 'number',
    renewalDate: 'epochMs',
    lastSeenDate: 'epochMs',
    createDate: 'epochMs',
    lastModifiedDate: 'epochMs',
    location: 'location',
    propertyKeys: 'texts',
    customAttributes: 'attributes',
  },
};

export const CUSTOM_EVENT: ObjectModel = {
  name: 'customEvent',
  required: ['identifyId', 'propertyKey', 'userType', 'eventName'],
  fields: {
    ...TEXT_FIELDS('identifyId propertyKey eventName accountId url referrer remoteHost eventId'),
    userType: USER_TYPE,
    // The API description gives no type; clients send both.
    sessionId: 'textOrNumber',
    date: 'epochMs',
    attributes: 'attributes',
    globalContext: 'attributes',
  },
};

/**
 * The preferences of a user, in the order in which PX lists them. Each is true until it is set (preferences
 * article).
 */
export const PREFERENCE_NAMES = [
  'trackUsage',
  'productUpdates',
  'guidedTours',
  'surveys',
  'onboardingBot',
  'trackEmailAnalytics',
] as const;

export type PreferenceName = (typeof PREFERENCE_NAMES)[number];

export const PREFERENCES: ObjectModel = {
  name: 'userPreferences',
  required: [],
  fields: {
    identifyId: 'text',
    ...Object.fromEntries(PREFERENCE_NAMES.map((name) => [name, 'booleanOrNull'])),
  },
};

export const DENIAL: ObjectModel = { name: 'denylist', required: ['denied'], fields: { denied: 'boolean' } };

/** The body of a call that takes only an id. */
export const IDENTITY: ObjectModel = {
  name: 'user',
  required: ['identifyId'],
  fields: { identifyId: 'text' },
};

export const COORDINATES: Fields = { latitude: 'number', longitude: 'number' };

export const LOCATION_TEXTS: Fields = TEXT_FIELDS(
  'countryName countryCode stateName stateCode city street postalCode continent regionName timeZone',
);
