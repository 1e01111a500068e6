/** What the product knows of a user and says in identify messages. */
import { firstNames, lastNames, notableUsers, places } from './cast.mjs';

const DAY_MS = 86_400_000;
const ROLES = ['admin', 'editor', 'viewer', 'billing', 'owner'];
const TITLES = [
  'Head of Operations',
  'Data Analyst',
  'Product Manager',
  'VP Customer Success',
  'Werkstudent',
];

/** Values that no target field takes: each is dropped, and the rest of its message is sent. */
const ODDITIES = [
  { score: 'abc' },
  { gender: 'prefer not to say' },
  { signUpDate: '2025-02-30' },
  { globalUnsubscribe: 'perhaps' },
  { numberOfVisits: true },
  { latitude: 'n/a', longitude: 'n/a' },
  { phone: null, title: '   ' },
  { lastSeenDate: 'yesterday' },
  { createDate: 20250901 },
  { role: { name: 'admin', since: 2023 } },
];

/** One moment in the forms that senders use. */
export function dateForms(ms) {
  const iso = new Date(ms).toISOString();
  return [
    iso,
    iso.slice(0, 10),
    iso.slice(0, 19),
    `${iso.slice(0, 19)}+02:00`,
    Math.floor(ms / 1000),
    ms,
    String(ms),
    new Date(ms),
    iso.replace('T', ' ').slice(0, 19),
  ];
}

/** 80 users: members of accounts, eight known only by an id in their traits, twelve visitors with no id at all. */
export function castUsers(rng, accounts) {
  return Array.from({ length: 80 }, (_, index) => {
    const notable = notableUsers[index];
    const account = index < 70 ? accounts[index % accounts.length] : undefined;
    const name = notable?.name ?? `${firstNames[(index * 7) % 30]} ${lastNames[(index * 11) % 30]}`;
    const mailbox =
      name
        .normalize('NFD')
        .replace(/\p{M}/gu, '')
        .toLowerCase()
        .match(/[a-z]+/g)
        ?.join('.') ?? 'hanako.kaku';
    const user = { index, name, account, place: places[index % places.length] };
    user.email = `${mailbox}@${account?.domain ?? 'mail.example.org'}`;
    if (index < 60) user.ids = { userId: notable?.userId ?? (index % 4 ? `u_${1001 + index}` : rng.uuid()) };
    else user.ids = { anonymousId: rng.uuid() };
    if (index < 60 && index % 3 === 0) user.ids.anonymousId = rng.uuid();
    if (index >= 60 && index < 68) user.traitsId = `visitor-${index}@${account.domain}`;
    return user;
  });
}

const nameTraits = ({ index, name }) => {
  const [first, ...rest] = name.split(' ');
  const last = rest.join(' ');
  if (index < notableUsers.length) return { name };
  return [
    { firstName: first, lastName: last },
    { firstname: first, lastname: last },
    { first_name: first, last_name: last },
    { name },
    { name: `Dr. ${name}`, firstName: first, lastName: last },
  ][index % 5];
};

/** Everything that is said of a user at sign-up. */
export function signUpTraits(rng, user, atMs) {
  const { index, place } = user;
  const form = (ms) => dateForms(ms)[index % 9];
  return {
    ...(user.traitsId && { id: user.traitsId }),
    ...nameTraits(user),
    email: user.email,
    role: rng.pick(ROLES),
    signUpDate: form(atMs - rng.int(0, 400) * DAY_MS),
    ...(index % 2 === 0 && {
      title: rng.pick(TITLES),
      phone: `+1-503-555-01${String(index).padStart(2, '0')}`,
    }),
    ...(index % 3 === 0 && {
      score: rng.pick([0, 12, '64', 87.6, '91.2']),
      gender: rng.pick(['mALE', 'f', 'Female', 'other']),
    }),
    ...(index % 4 === 0 && { firstVisitDate: form(atMs - 30 * DAY_MS), createDate: form(atMs) }),
    ...(index % 5 !== 0 && place),
    ...(index % 2 === 1 && {
      address: {
        street: `${index} Sample Street`,
        city: place.city,
        country: place.countryCode ?? 'ZZ',
        postalCode: '00000',
      },
    }),
    ...(index % 6 === 0 && { sfdcContactId: `003EXAMPLE${index}`, subscriptionId: 2000 + index }),
    plan: rng.pick(['free', 'starter', 'growth', 'enterprise']),
    betaOptIn: index % 4 === 1,
    ...(index % 3 === 1 && { subscription: { seats: rng.int(0, 40), addOns: ['sso', 'audit-log'] } }),
    ...(index % 7 === 0 && { 'crm.stage': rng.pick(['lead', 'customer', 'champion']) }),
    ...(index % 8 === 3 && {
      skills: ['sql', 'dashboards'],
      manager: { name: 'Noor Castellan', id: 'u_9001' },
    }),
    avatar: `https://cdn.example.com/avatars/${index}.png`,
    ...(index % 5 === 2 && { favouriteColour: 'vermilion', onboardingStep: null }),
    ...(index % 8 === 5 && ODDITIES[(index >> 3) % ODDITIES.length]),
  };
}

/** What a later identify says: a few fields, sometimes one that cannot be taken. */
export function updateTraits(rng, user, atMs, turn) {
  const moment = dateForms(atMs)[turn % 9];
  const change = [
    { lastSeenDate: moment, numberOfVisits: rng.int(2, 300) },
    { title: rng.pick(TITLES), role: rng.pick(ROLES), plan: rng.pick(['growth', 'enterprise']) },
    { ...user.place, lastSeenDate: moment },
    { globalUnsubscribe: rng.pick([true, false, 'TRUE', 'false']), score: rng.int(0, 100) },
    {
      subscription: { seats: String(rng.int(1, 60)) },
      address: { country: user.place.countryCode ?? 'ZZ' },
      theme: 'dark',
    },
  ][turn % 5];
  return {
    ...(user.traitsId && { id: user.traitsId }),
    ...(turn % 4 === 0 && user.account && { accountId: String(user.account.id) }),
    ...change,
    ...(turn % 6 === 3 && ODDITIES[Math.floor(turn / 6) % ODDITIES.length]),
  };
}
