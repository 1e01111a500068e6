// The measured events. Their shape and size are those of messages of the RudderStack Node SDK (see
// examples/events.jsonl). The baseline is `JSON.parse` of an event's text, because a host must parse it
// anyway.

const envelope = {
  userId: 'u_1001',
  anonymousId: 'd21cfdee-0209-46d7-984b-a3b373bc1baf',
  messageId: '0cf6234e-95ca-4f8c-bb1e-01e697841d50',
  timestamp: '2025-09-01T07:50:50.632Z',
  channel: 'server',
  _metadata: { nodeVersion: '20.20.2' },
  originalTimestamp: '2025-09-01T07:50:52.999Z',
  sentAt: '2025-09-01T07:50:53.021Z',
};

const context = {
  ip: '198.51.100.162',
  userAgent: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:129.0) Gecko/20100101 Firefox/129.0',
  locale: 'en-US',
  timezone: 'America/Los_Angeles',
  library: { name: 'analytics-node', version: '3.0.13' },
};

/** 15 properties. */
const track = {
  ...envelope,
  type: 'track',
  event: 'Report Exported',
  context: {
    ...context,
    groupId: 'acct_larkspur',
    page: {
      url: 'https://app.example.com/reports?tab=2',
      referrer: 'https://www.example.org/search?q=reports',
    },
  },
  properties: {
    reportId: 'r_4711',
    reportName: 'Quarterly revenue by region',
    format: 'xlsx',
    rows: 18250,
    columns: 14,
    filtered: true,
    scheduled: false,
    durationMs: 1834.5,
    source: 'dashboard',
    plan: 'Enterprise',
    seats: 25,
    region: 'EMEA',
    currency: 'EUR',
    total: 182500.75,
    experiment: 'export-v2',
  },
};

/** 15 properties, two of them nested, as in the events of a shop or a report builder. */
const nestedTrack = {
  ...track,
  properties: {
    ...track.properties,
    currency: ['EUR', 'USD', 'GBP'],
    experiment: { name: 'export-v2', variant: 3, started: true },
  },
};

const traits = {
  name: 'Ludwig van Beethoven',
  email: 'ludwig.van.beethoven@larkspur.example.com',
  role: 'admin',
  title: 'Composer',
  phone: '+1-503-555-0100',
  signUpDate: '2025-06-17T07:50:50.000Z',
  score: 41,
  city: 'Bonn',
  countryCode: 'DE',
  plan: 'starter',
};

/** 10 traits. The SDK writes them twice, so both copies are mapped. */
const identify = { ...envelope, type: 'identify', context: { ...context, traits }, traits };

/** 7 traits. */
const group = {
  ...envelope,
  type: 'group',
  context,
  groupId: 'acct_larkspur',
  traits: {
    name: 'Larkspur Logistics',
    plan: 'Enterprise',
    industry: 'Logistics',
    numberOfEmployees: 1840,
    renewalDate: '2026-03-31',
    countryCode: 'US',
    arr: 184000,
  },
};

export const EVENTS = { track, 'track, nested': nestedTrack, identify, group };

export const CONFIG = {
  apiKey: '00000000-0000-0000-0000-000000000000',
  productTagKey: 'AP-EXAMPLE-2',
  dataCenter: 'US',
  userAttributeMap: [
    { from: 'plan', to: 'planName' },
    { from: 'betaOptIn', to: 'beta_opt_in' },
    { from: 'address.country', to: 'billing_country' },
  ],
  accountAttributeMap: [
    { from: 'arr', to: 'arr' },
    { from: 'tags', to: 'tags' },
  ],
  globalContextMap: [
    { from: 'environment', to: 'production' },
    { from: 'team', to: 'growth' },
  ],
};
