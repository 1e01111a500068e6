/**
 * The objects of the Gainsight PX REST API, with the fields that this project writes.
 *
 * Source of names, types and meanings: Gainsight PX API description v0.1.6 (https://px-apidocs.gainsight.com), unless a field names another.
 * Dates are epoch milliseconds. "Read-only" is what the description says; PX accepts these fields in practice.
 */

/** Where a user or an account is. */
export interface PxLocation {
  countryName?: string;
  /** ISO 3166 code of the country; PX does not check it. */
  countryCode?: string;
  /** State or province. */
  stateName?: string;
  stateCode?: string;
  city?: string;
  /** Street and number. */
  street?: string;
  postalCode?: string;
  continent?: string;
  /** Region of the country. */
  regionName?: string;
  /** Name of the time zone, as text. */
  timeZone?: string;
  coordinates?: PxCoordinates;
}

/** Decimal degrees. */
export interface PxCoordinates {
  latitude?: number;
  longitude?: number;
}

/** A person who uses the product. A create needs `identifyId` and `propertyKeys`. */
export interface PxUser {
  /** The user's id. A URL path is case-sensitive in PX. */
  identifyId?: string;
  /** PX also knows `LEAD` and `VISITOR`; this project writes identified users only. */
  type?: 'USER';
  /** Tag keys of the products that the user belongs to, at least one. */
  propertyKeys?: readonly string[];
  email?: string;
  /** Id of the user's account. */
  accountId?: string;
  /** Job title. */
  title?: string;
  phone?: string;
  role?: string;
  /** Id of the user's subscription in your own system. */
  subscriptionId?: string;
  /** Id of the user's contact in Salesforce. */
  sfdcContactId?: string;
  firstName?: string;
  lastName?: string;
  gender?: 'FEMALE' | 'MALE' | 'OTHER';
  /** A whole number. */
  score?: number;
  /** A whole number. Read-only. */
  numberOfVisits?: number;
  /** Whether the user gets no e-mail from PX. */
  globalUnsubscribe?: boolean;
  /** Read-only. */
  lastSeenDate?: number;
  signUpDate?: number;
  firstVisitDate?: number;
  /** When the user was created. Read-only. */
  createDate?: number;
  location?: PxLocation;
  /** By API name. PX accepts only names that its administrator defined; they are case-sensitive. Dates are epoch milliseconds. */
  customAttributes?: Record<string, string | number | boolean>;
}

/** A company or another group of users. A create needs `id`, `name` and `propertyKeys`. */
export interface PxAccount {
  id?: string;
  /** Tag keys of the products that the account belongs to, at least one. */
  propertyKeys?: readonly string[];
  name?: string;
  /** Id of the subscription that PX tracks for the account. */
  trackedSubscriptionId?: string;
  /** Id of the account in Salesforce. */
  sfdcId?: string;
  /** D-U-N-S number. */
  dunsNumber?: string;
  industry?: string;
  /** Industry code (Standard Industrial Classification). */
  sicCode?: string;
  website?: string;
  /** Industry code (North American Industry Classification System). */
  naicsCode?: string;
  /** The account's plan. */
  plan?: string;
  /** Id of the account above this one. */
  parentGroupId?: string;
  /** Id of the account in Gainsight CS. */
  gsId?: string;
  /** Customer success manager. */
  csm?: string;
  /** A whole number. */
  numberOfEmployees?: number;
  /** A whole number. Read-only. */
  numberOfUsers?: number;
  /** A whole number. */
  healthScore?: number;
  /** Net Promoter Score; may have a fraction. */
  nps?: number;
  /** When the account was created. Read-only. */
  createDate?: number;
  /** Read-only. */
  lastModifiedDate?: number;
  lastSeenDate?: number;
  renewalDate?: number;
  location?: PxLocation;
  /** As {@link PxUser.customAttributes}. */
  customAttributes?: Record<string, string | number | boolean>;
}

/**
 * A custom event. PX requires `identifyId`, `propertyKey`, `userType` and `eventName`. It cannot delete an event, and it has no documented
 * idempotency key. Limits: support article on custom events.
 */
export interface PxEvent {
  /** Id of the user who did it. */
  identifyId?: string;
  /** Tag key of the product in which it happened: a single one, unlike `propertyKeys`. */
  propertyKey?: string;
  userType?: 'USER';
  /** At most 2,000 characters. A subscription may have 2,000 different names. */
  eventName?: string;
  /** Id of the account for which the user acted. */
  accountId?: string;
  /** When it happened. */
  date?: number;
  sessionId?: string | number;
  /** URL of the page on which it happened. */
  url?: string;
  /** URL of the page before that one. */
  referrer?: string;
  /** The only field by which PX could recognise a repeated event; whether it does so is not documented. */
  eventId?: string;
  /** IP address of the user's device. */
  remoteHost?: string;
  /** At most 50, with names of at most 1,024 characters. Names that differ by case only are the same to PX. Dates are ISO 8601 text in UTC. */
  attributes?: Record<string, string | number | boolean>;
  /** Context that an application adds to all its events. Values are as in `attributes`. */
  globalContext?: Record<string, string | number | boolean>;
}

/** The six preferences of a user. Each is true until it is set (support article "Gainsight PX User Preferences"). */
export const PREFERENCES = [
  'trackUsage',
  'productUpdates',
  'guidedTours',
  'surveys',
  'onboardingBot',
  'trackEmailAnalytics',
] as const;

/** The name of one preference. */
export type Preference = (typeof PREFERENCES)[number];
/** Some preferences of a user: true switches the channel or the tracking on, false switches it off. */
export type Preferences = Readonly<Partial<Record<Preference, boolean>>>;
