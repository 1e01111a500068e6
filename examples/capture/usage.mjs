/** What users do: the events of an invented analytics product, as its server would track them. */
import { dateForms } from './profile.mjs';

const PAGES = ['dashboards', 'reports', 'alerts', 'settings/billing', 'settings/members', 'home'];
const AGENTS = [
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:129.0) Gecko/20100101 Firefox/129.0',
];
const ADDRESSES = ['192.0.2.', '198.51.100.', '203.0.113.'];
const REFERRERS = ['https://www.example.org/search?q=dashboards', 'https://app.example.com/home', ''];

/** Event name → its properties; one call, one occurrence. */
const EVENTS = {
  'Dashboard Viewed': (rng) => ({
    dashboardId: `d_${rng.int(1, 40)}`,
    widgets: rng.int(0, 24),
    shared: rng.chance(0.4),
  }),
  'Report Created': (rng) => ({
    reportId: rng.uuid(),
    type: rng.pick(['funnel', 'retention', 'trend']),
    rows: rng.int(0, 90000),
  }),
  ' Report Exported ': (rng) => ({
    format: rng.pick(['csv', 'xlsx', 'pdf']),
    durationMs: rng.int(80, 9000),
    error: null,
  }),
  'Alert Triggered': (rng) => ({
    threshold: 0.05,
    observed: rng.int(0, 100) / 1000,
    channels: ['mail', 'webhook'],
  }),
  'Member Invited': (rng) => ({
    role: rng.pick(['viewer', 'editor']),
    seatsLeft: rng.int(0, 12),
    message: '',
  }),
  'Trial Started': (rng) => ({ plan: rng.pick(['growth', 'enterprise']), trialDays: '14', coupon: null }),
  'Subscription Upgraded': (rng) => ({
    from: 'starter',
    to: 'growth',
    mrr: rng.int(99, 2400) + 0.5,
    currency: rng.pick(['USD', 'EUR']),
    items: [
      { sku: 'SEAT', quantity: rng.int(1, 40) },
      { sku: 'SSO', quantity: 1 },
    ],
  }),
  'Invoice Paid': (rng) => ({
    invoiceId: `INV-${rng.int(10000, 99999)}`,
    total: rng.int(9900, 240000) / 100,
    paidAt: new Date(1_757_000_000_000),
  }),
  'Search Performed': (rng) => ({
    query: rng.pick(['umsatz Q3', 'churn', '解約率', 'naïve forecast 📈']),
    results: rng.int(0, 400),
  }),
  'Integration Connected': (rng) => ({
    integration: { name: rng.pick(['warehouse', 'crm']), version: 2, scopes: ['read'] },
    succeeded: true,
  }),
  'Onboarding Step Completed': (rng) => ({
    step: rng.int(1, 6),
    skipped: rng.chance(0.2),
    'checklist.name': 'First week',
  }),
  'API Key Rotated': (rng) => ({ scope: rng.pick(['read', 'write']), ageDays: rng.int(1, 400) }),
  'Feedback Sent': (rng) => ({
    rating: rng.int(1, 10),
    comment: rng.pick(['Great!', 'Zu langsam …', 'Où est l’export ?']),
  }),
  'Login Failed': () => ({ reason: 'wrong_password', attempts: 3 }),
  'Signed Out': () => ({}),
};
const NAMES = Object.keys(EVENTS);

/** Global context in the payload: it takes the place of the configuration's, unless there is nothing usable in it. */
const GLOBAL_CONTEXTS = [
  { environment: 'staging', release: '2025.36' },
  { cohort: 'beta', seats: 25, paying: true },
  { environment: 'production', deployedAt: '2025-09-01T06:00:00Z', experiments: ['new-nav', 'fast-charts'] },
  { tenant: 'eu-1', latencyBudgetMs: 0, degraded: false },
  { environment: null },
  {},
  'production',
];

const pageOf = (rng) => {
  const page = rng.pick(PAGES);
  return {
    path: `/${page}`,
    url: `https://app.example.com/${page}?tab=${rng.int(1, 4)}`,
    title: page,
    referrer: rng.pick(REFERRERS),
  };
};

/** The surroundings of a call; a server knows more or less of them. */
export function contextOf(rng, user) {
  return {
    ...(rng.chance(0.7) && { ip: `${rng.pick(ADDRESSES)}${rng.int(1, 254)}` }),
    ...(rng.chance(0.5) && {
      userAgent: rng.pick(AGENTS),
      locale: rng.pick(['en-US', 'de-DE', 'ja-JP', 'pt-BR']),
    }),
    ...(rng.chance(0.3) && { app: { name: 'Example Analytics', version: '4.2.0' } }),
    ...(user.place.timeZone && rng.chance(0.4) && { timezone: user.place.timeZone }),
  };
}

/** The event part of a track message. */
export function trackPart(rng, user, atMs, turn) {
  const event = NAMES[turn % 4 === 0 ? 0 : turn % NAMES.length];
  const account = user.account && rng.chance(0.7) ? { groupId: user.account.id } : undefined;
  const asTrait = account && turn % 4 === 1;
  const traits = { ...(user.traitsId && { id: user.traitsId }), ...(asTrait && account) };
  return {
    event,
    properties: {
      ...EVENTS[event](rng),
      ...(turn % 6 === 1 && { date: dateForms(atMs - rng.int(1, 3600) * 1000)[Math.floor(turn / 6) % 9] }),
      ...(turn % 9 === 2 && { sessionId: `s-${rng.hex(12)}` }),
      ...(turn % 4 === 3 && {
        globalContext: GLOBAL_CONTEXTS[Math.floor(turn / 4) % GLOBAL_CONTEXTS.length],
      }),
    },
    context: {
      ...contextOf(rng, user),
      ...(rng.chance(0.6) && { page: pageOf(rng) }),
      ...(turn % 5 === 2 && { sessionId: Math.floor(atMs / 1000) - rng.int(0, 1800) }),
      ...(account && !asTrait && account),
      ...(Object.keys(traits).length > 0 && { traits }),
      ...(turn % 20 === 7 && {
        consentManagement: {
          provider: 'custom',
          allowedConsentIds: ['essential'],
          deniedConsentIds: ['marketing'],
        },
      }),
    },
  };
}
