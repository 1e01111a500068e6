/**
 * The objects of the Gainsight PX REST API, as far as this project writes them.
 *
 * Source of the fields and their types: Gainsight PX API description v0.1.6 (https://px-apidocs.gainsight.com). All dates are
 * epoch milliseconds.
 */
export interface PxLocation {
  countryName?: string;
  countryCode?: string;
  stateName?: string;
  stateCode?: string;
  city?: string;
  street?: string;
  postalCode?: string;
  continent?: string;
  regionName?: string;
  timeZone?: string;
  coordinates?: PxCoordinates;
}

export interface PxCoordinates {
  latitude?: number;
  longitude?: number;
}

export interface PxUser {
  identifyId?: string;
  type?: 'USER';
  propertyKeys?: readonly string[];
  email?: string;
  accountId?: string;
  title?: string;
  phone?: string;
  role?: string;
  subscriptionId?: string;
  sfdcContactId?: string;
  firstName?: string;
  lastName?: string;
  gender?: 'FEMALE' | 'MALE' | 'OTHER';
  score?: number;
  numberOfVisits?: number;
  globalUnsubscribe?: boolean;
  lastSeenDate?: number;
  signUpDate?: number;
  firstVisitDate?: number;
  createDate?: number;
  location?: PxLocation;
  customAttributes?: Record<string, string | number | boolean>;
}

export interface PxAccount {
  id?: string;
  propertyKeys?: readonly string[];
  name?: string;
  trackedSubscriptionId?: string;
  sfdcId?: string;
  dunsNumber?: string;
  industry?: string;
  sicCode?: string;
  website?: string;
  naicsCode?: string;
  plan?: string;
  parentGroupId?: string;
  gsId?: string;
  csm?: string;
  numberOfEmployees?: number;
  numberOfUsers?: number;
  healthScore?: number;
  nps?: number;
  createDate?: number;
  lastModifiedDate?: number;
  lastSeenDate?: number;
  renewalDate?: number;
  location?: PxLocation;
  customAttributes?: Record<string, string | number | boolean>;
}

export interface PxEvent {
  identifyId?: string;
  propertyKey?: string;
  userType?: 'USER';
  eventName?: string;
  accountId?: string;
  date?: number;
  sessionId?: string | number;
  url?: string;
  referrer?: string;
  eventId?: string;
  remoteHost?: string;
  attributes?: Record<string, string | number | boolean>;
  globalContext?: Record<string, string | number | boolean>;
}

/** A user's six switches, each true by default (support article "Gainsight PX User Preferences"). */
export const PREFERENCES = [
  'trackUsage',
  'productUpdates',
  'guidedTours',
  'surveys',
  'onboardingBot',
  'trackEmailAnalytics',
] as const;

export type Preference = (typeof PREFERENCES)[number];
export type Preferences = Readonly<Partial<Record<Preference, boolean>>>;
