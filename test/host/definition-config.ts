/** Keys of every source type, and those of nearly every one. */
const COMMON = ['connectionMode', 'consentManagement'];
const CONSENT = ['oneTrustCookieCategories', 'ketchConsentPurposes'];

/** The keys that a destination may store by source type. Only two types have `dataCenter`. */
const KEYS_BY_SOURCE_TYPE: Readonly<Record<string, readonly string[]>> = {
  amp: [...COMMON, ...CONSENT],
  android: [...COMMON, ...CONSENT],
  androidKotlin: COMMON,
  cloud: [...COMMON, ...CONSENT],
  cordova: [...COMMON, ...CONSENT],
  flutter: [...COMMON, ...CONSENT],
  ios: [...COMMON, ...CONSENT],
  iosSwift: COMMON,
  reactnative: [...COMMON, ...CONSENT],
  shopify: [...COMMON, ...CONSENT],
  unity: [...COMMON, ...CONSENT],
  warehouse: ['dataCenter', ...COMMON, ...CONSENT],
  web: ['useNativeSDK', 'dataCenter', ...COMMON, ...CONSENT],
};

const SOURCE_TYPES = [
  'android',
  'androidKotlin',
  'ios',
  'iosSwift',
  'web',
  'unity',
  'amp',
  'cloud',
  'reactnative',
  'flutter',
  'cordova',
  'warehouse',
  'shopify',
];

/**
 * The configuration of the destination's definition, which comes with every transform request (see
 * `captures`).
 */
export const DEFINITION_CONFIG: Readonly<Record<string, unknown>> = {
  destConfig: {
    ...KEYS_BY_SOURCE_TYPE,
    defaultConfig: ['apiKey', 'productTagKey', 'userAttributeMap', 'accountAttributeMap', 'globalContextMap'],
  },
  excludeKeys: [],
  includeKeys: [
    'oneTrustCookieCategories',
    'consentManagement',
    'dataCenter',
    'productTagKey',
    'ketchConsentPurposes',
  ],
  saveDestinationResponse: true,
  secretKeys: ['apiKey'],
  supportedConnectionModes: {
    ...Object.fromEntries(SOURCE_TYPES.map((type) => [type, ['cloud']])),
    web: ['cloud', 'device'],
  },
  supportedMessageTypes: ['group', 'identify', 'track'],
  supportedSourceTypes: SOURCE_TYPES,
  throttlingCost: { eventType: { group: 3, identify: 1 } },
  transformAtV1: 'router',
};
