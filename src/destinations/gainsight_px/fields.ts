import type { AnyRow, FixedRow, LeafPath, Row, SourcePath } from '../../core/index.js';
import type { PxAccount, PxEvent, PxUser } from './px-objects.js';

/** A trait of a user: its spellings in `traits`, then the same in `context.traits`. */
const trait = <const Names extends readonly [string, ...string[]]>(...names: Names) =>
  [
    ...names.map((name) => `traits.${name}` as const),
    ...names.map((name) => `context.traits.${name}` as const),
  ] as [`traits.${Names[number]}`, ...(`traits.${Names[number]}` | `context.traits.${Names[number]}`)[]];

/** A trait of an account, in all its spellings: only what the group message itself says. */
const accountTrait = <const Names extends readonly [string, ...string[]]>(...names: Names) =>
  names.map((name) => `traits.${name}` as const) as [
    `traits.${Names[number]}`,
    ...`traits.${Names[number]}`[],
  ];

/** The values of the configuration that rows may name. */
export interface FixedValues {
  readonly productTagKey: string;
}

/** Who the message is about, in identify and track messages. */
export const USER_ID = {
  to: 'identifyId',
  from: ['userId', 'traits.userId', 'traits.id', 'context.traits.userId', 'context.traits.id', 'anonymousId'],
  as: 'id',
} as const satisfies Row<PxUser>;

/** Who joins the account of a group message, whose `traits` are the account's. */
export const GROUP_MEMBER_ID = {
  to: 'identifyId',
  from: ['userId', 'context.traits.userId', 'context.traits.id', 'anonymousId'],
  as: 'id',
} as const satisfies Row<PxUser>;

export const ACCOUNT_ID = {
  to: 'id',
  from: ['groupId', 'traits.groupId'],
  as: 'id',
} as const satisfies Row<PxAccount>;

/** The account that a group message links its user to. */
export const GROUP_MEMBER_ACCOUNT_ID = {
  to: 'accountId',
  from: ACCOUNT_ID.from,
  as: 'id',
} as const satisfies Row<PxUser>;

/** The name of an account that is created and whose traits do not name it. */
export const ACCOUNT_NAME_DEFAULT = {
  to: 'name',
  from: ACCOUNT_ID.from,
  as: 'id',
} as const satisfies Row<PxAccount>;

/** The name of a person in one text; it is split where the first or the last name is missing. */
export const FULL_NAME = { to: 'name', from: trait('name'), as: 'text' } as const satisfies AnyRow;

/** Flat location traits, which become one nested object on users and accounts alike. */
const locationRows = (from: (name: string) => readonly [SourcePath, ...SourcePath[]]) =>
  [
    { to: 'location.countryName', from: from('countryName'), as: 'text' },
    { to: 'location.countryCode', from: from('countryCode'), as: 'text' },
    { to: 'location.stateName', from: from('stateName'), as: 'text' },
    { to: 'location.stateCode', from: from('stateCode'), as: 'text' },
    { to: 'location.city', from: from('city'), as: 'text' },
    { to: 'location.street', from: from('street'), as: 'text' },
    { to: 'location.postalCode', from: from('postalCode'), as: 'text' },
    { to: 'location.continent', from: from('continent'), as: 'text' },
    { to: 'location.regionName', from: from('regionName'), as: 'text' },
    { to: 'location.timeZone', from: from('timeZone'), as: 'text' },
    { to: 'location.coordinates.latitude', from: from('latitude'), as: 'number' },
    { to: 'location.coordinates.longitude', from: from('longitude'), as: 'number' },
  ] as const;

/** The address of the RudderStack and Segment specs; a dot behind the root leads into it. */
const addressRows = (from: (name: string) => readonly [SourcePath, ...SourcePath[]]) =>
  [
    { to: 'location.street', from: from('address.street'), as: 'text' },
    { to: 'location.city', from: from('address.city'), as: 'text' },
    { to: 'location.stateName', from: from('address.state'), as: 'text' },
    { to: 'location.postalCode', from: from('address.postalCode'), as: 'text' },
    { to: 'location.countryName', from: from('address.country'), as: 'text' },
  ] as const;

/** What every user gets that the mapping writes or creates. */
export const FIXED_USER_FIELDS = [
  { to: 'type', constant: 'USER' },
  { to: 'propertyKeys', config: 'productTagKey', as: 'list' },
] as const satisfies readonly FixedRow<PxUser, FixedValues>[];

export const USER_FIELDS = [
  { to: 'email', from: trait('email'), as: 'text' },
  { to: 'accountId', from: trait('accountId'), as: 'id' },
  { to: 'title', from: trait('title'), as: 'text' },
  { to: 'phone', from: trait('phone'), as: 'text' },
  { to: 'role', from: trait('role'), as: 'text' },
  { to: 'subscriptionId', from: trait('subscriptionId'), as: 'text' },
  { to: 'sfdcContactId', from: trait('sfdcContactId'), as: 'text' },
  { to: 'firstName', from: trait('firstName', 'firstname', 'first_name'), as: 'text' },
  { to: 'lastName', from: trait('lastName', 'lastname', 'last_name'), as: 'text' },
  { to: 'score', from: trait('score'), as: 'integer' },
  { to: 'numberOfVisits', from: trait('numberOfVisits'), as: 'integer' },
  { to: 'globalUnsubscribe', from: trait('globalUnsubscribe'), as: 'boolean' },
  { to: 'gender', from: trait('gender'), as: 'gender' },
  { to: 'lastSeenDate', from: trait('lastSeenDate'), as: 'date' },
  { to: 'signUpDate', from: trait('signUpDate'), as: 'date' },
  { to: 'firstVisitDate', from: trait('firstVisitDate'), as: 'date' },
  { to: 'createDate', from: trait('createDate'), as: 'date' },
  ...locationRows(trait),
] as const satisfies readonly Row<PxUser>[];

/**
 * Standard traits (https://www.rudderstack.com/docs/event-spec/standard-events/identify/), read after all others: they fill only what would
 * be empty.
 */
export const STANDARD_USER_FIELDS = [
  { to: 'signUpDate', from: trait('createdAt', 'created_at'), as: 'date' },
  { to: 'createDate', from: trait('createdAt', 'created_at'), as: 'date' },
  { to: 'title', from: trait('jobTitle'), as: 'text' },
  ...addressRows(trait),
] as const satisfies readonly Row<PxUser>[];

/** When the event happened: the default of dates that a create needs. */
export const EVENT_TIME = {
  to: 'date',
  from: ['timestamp', 'originalTimestamp'],
  as: 'date',
} as const satisfies Row<PxEvent>;

/**
 * The same in messages of reverse ETL, whose `timestamp` is the time of the sync: for a user, and for an account. In a group message
 * `traits.timestamp` is the account's.
 */
export const SYNCED_TIME = {
  to: 'date',
  from: [
    'context.timestamp',
    'context.traits.timestamp',
    'traits.timestamp',
    'timestamp',
    'originalTimestamp',
  ],
  as: 'date',
} as const satisfies Row<PxEvent>;

/** The same for the user that a group message of reverse ETL creates. */
export const SYNCED_MEMBER_TIME = {
  to: 'date',
  from: ['context.timestamp', 'context.traits.timestamp', 'timestamp', 'originalTimestamp'],
  as: 'date',
} as const satisfies Row<PxEvent>;

/** Set to the event's time where a user is created and the traits do not say it. */
export const USER_CREATE_DATES = ['signUpDate', 'createDate'] as const satisfies readonly LeafPath<PxUser>[];

/** What every account gets. */
export const FIXED_ACCOUNT_FIELDS = [
  { to: 'propertyKeys', config: 'productTagKey', as: 'list' },
] as const satisfies readonly FixedRow<PxAccount, FixedValues>[];

export const ACCOUNT_FIELDS = [
  { to: 'name', from: accountTrait('name'), as: 'text' },
  { to: 'trackedSubscriptionId', from: accountTrait('trackedSubscriptionId'), as: 'text' },
  { to: 'sfdcId', from: accountTrait('sfdcId'), as: 'text' },
  { to: 'dunsNumber', from: accountTrait('dunsNumber'), as: 'text' },
  { to: 'industry', from: accountTrait('industry'), as: 'text' },
  { to: 'sicCode', from: accountTrait('sicCode'), as: 'text' },
  { to: 'website', from: accountTrait('website'), as: 'text' },
  { to: 'naicsCode', from: accountTrait('naicsCode'), as: 'text' },
  { to: 'plan', from: accountTrait('plan'), as: 'text' },
  { to: 'parentGroupId', from: accountTrait('parentGroupId'), as: 'id' },
  { to: 'gsId', from: accountTrait('gsId'), as: 'text' },
  { to: 'csm', from: accountTrait('csm'), as: 'text' },
  { to: 'numberOfEmployees', from: accountTrait('numberOfEmployees'), as: 'integer' },
  { to: 'numberOfUsers', from: accountTrait('numberOfUsers'), as: 'integer' },
  { to: 'healthScore', from: accountTrait('healthScore'), as: 'integer' },
  { to: 'nps', from: accountTrait('nps'), as: 'number' },
  { to: 'createDate', from: accountTrait('createDate'), as: 'date' },
  { to: 'lastModifiedDate', from: accountTrait('lastModifiedDate'), as: 'date' },
  { to: 'lastSeenDate', from: accountTrait('lastSeenDate'), as: 'date' },
  { to: 'renewalDate', from: accountTrait('renewalDate'), as: 'date' },
  ...locationRows(accountTrait),
] as const satisfies readonly Row<PxAccount>[];

/** Standard traits (https://www.rudderstack.com/docs/event-spec/standard-events/group/), read after all others. */
export const STANDARD_ACCOUNT_FIELDS = [
  { to: 'createDate', from: accountTrait('createdAt', 'created_at'), as: 'date' },
  { to: 'numberOfEmployees', from: accountTrait('employees'), as: 'integer' },
  ...addressRows(accountTrait),
] as const satisfies readonly Row<PxAccount>[];

/** Set to the event's time where an account is created and the traits do not say it; its name defaults to its id. */
export const ACCOUNT_CREATE_DATES = ['createDate'] as const satisfies readonly LeafPath<PxAccount>[];

export const EVENT_NAME = { to: 'eventName', from: ['event'], as: 'name' } as const satisfies Row<PxEvent>;

/** What every event gets. */
export const FIXED_EVENT_FIELDS = [
  { to: 'propertyKey', config: 'productTagKey' },
  { to: 'userType', constant: 'USER' },
] as const satisfies readonly FixedRow<PxEvent, FixedValues>[];

export const EVENT_FIELDS = [
  { to: 'accountId', from: ['traits.groupId', 'context.traits.groupId', 'context.groupId'], as: 'id' },
  { to: 'date', from: ['properties.date', 'timestamp', 'originalTimestamp'], as: 'date' },
  { to: 'sessionId', from: ['properties.sessionId', 'context.sessionId'], as: 'textOrNumber' },
  { to: 'url', from: ['context.page.url'], as: 'text' },
  { to: 'referrer', from: ['context.page.referrer'], as: 'text' },
] as const satisfies readonly Row<PxEvent>[];

/** In place of `date` in messages of reverse ETL. */
export const SYNCED_EVENT_DATE = {
  to: 'date',
  from: ['properties.date', 'properties.timestamp', 'context.timestamp', 'timestamp', 'originalTimestamp'],
  as: 'date',
} as const satisfies Row<PxEvent>;

/** With `pageEvents` set: attributes beside the properties, which go before them. */
export const PAGE_ATTRIBUTES = ['name', 'category'] as const;

/** With `pageEvents` set: constant names, because PX allows 2,000 distinct names of events. */
export const PAGE_EVENT_NAMES = {
  page: { to: 'eventName', constant: 'Page Viewed' },
  screen: { to: 'eventName', constant: 'Screen Viewed' },
} as const satisfies Record<string, FixedRow<PxEvent, FixedValues>>;

/** With `stripUrlQuery` set: fields of an event whose query and fragment are cut off. */
export const URL_FIELDS = ['url', 'referrer'] as const satisfies readonly LeafPath<PxEvent>[];

/** With `stripUrlQuery` set: attributes of an event that are cut in the same way where they are texts. */
export const URL_ATTRIBUTES = ['url', 'referrer', 'initial_referrer'] as const;

/** With `stripUrlQuery` set: attributes of an event that are nothing but a query. */
export const QUERY_ATTRIBUTES = ['search', 'initial_search'] as const;

/** With `sendEventId` set. */
export const EVENT_ID = { to: 'eventId', from: ['messageId'], as: 'text' } as const satisfies Row<PxEvent>;

/** With `sendIp` set. */
export const EVENT_IP = {
  to: 'remoteHost',
  from: ['context.ip'],
  as: 'text',
} as const satisfies Row<PxEvent>;
