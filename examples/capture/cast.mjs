/**
 * Who appears in the story: accounts and users of an invented analytics product. Every name is made up, every address
 * lies under example.com or example.org, every IP address and telephone number in a range kept for documentation.
 */

/** `traits` are what the group messages of the account say at first; ids and values come in the forms seen in the wild. */
export const accounts = [
  {
    id: 'acct_larkspur',
    domain: 'larkspur.example.com',
    traits: {
      name: 'Larkspur Logistics',
      plan: 'Enterprise',
      industry: 'Logistics',
      numberOfEmployees: 1840,
      numberOfUsers: 212,
      nps: 41.5,
      healthScore: 83,
      renewalDate: '2026-03-31',
      countryName: 'United States',
      countryCode: 'US',
      stateCode: 'OR',
      city: 'Portland',
      arr: 184000,
      tags: ['strategic', 'reference'],
    },
  },
  {
    id: 'acct_brightwell',
    domain: 'brightwell.example.com',
    traits: {
      name: 'Brightwell Health',
      plan: 'Growth',
      industry: 'Healthcare',
      sicCode: 8011,
      naicsCode: '621111',
      healthScore: '71.6',
      renewalDate: 1782864000,
      billing: { currency: 'USD', cycle: 'annual', contact: { email: 'billing@brightwell.example.com' } },
      tier: 2,
    },
  },
  {
    id: 'emea/halden-werke',
    domain: 'halden.example.org',
    traits: {
      name: 'Haldenwerke GmbH',
      plan: 'Enterprise',
      industry: 'Manufacturing',
      city: 'Köln',
      countryName: 'Deutschland',
      countryCode: 'DE',
      postalCode: 50667,
      latitude: '50.9375',
      longitude: '6.9603',
      billing: { currency: 'EUR' },
      ssoEnabled: true,
      parentGroupId: 'acct_larkspur',
    },
  },
  {
    id: 40217,
    domain: 'copperline.example.com',
    traits: {
      name: 'Copperline Energy',
      id: 'legacy-40217',
      plan: 'Starter',
      numberOfEmployees: '1,200',
      arr: 9600,
    },
  },
  {
    id: 'søndergård',
    domain: 'sondergard.example.org',
    traits: {
      name: 'Søndergård & Sønner',
      countryCode: 'DK',
      city: 'Århus',
      timeZone: 'Europe/Copenhagen',
      createDate: '2021-05-17T09:30:00+02:00',
      lastModifiedDate: 1756713600000,
    },
  },
  {
    id: 'billing@tidewater.example.com',
    domain: 'tidewater.example.com',
    traits: {
      name: 'Tidewater Credit Union',
      dunsNumber: '00-000-0001',
      industry: 'Banking',
      nps: 'promoter',
      tier: 1,
    },
  },
  {
    id: 'acct 77 (pilot)',
    domain: 'fernhill.example.org',
    traits: {
      name: 'Fernhill Schools',
      plan: 'Pilot',
      numberOfUsers: '48',
      renewalDate: '31/12/2025',
      ssoEnabled: false,
    },
  },
  {
    id: '001F000001EXAMPL',
    domain: 'quillandco.example.com',
    traits: {
      name: 'Quill & Co.',
      sfdcId: '001F000001EXAMPL',
      gsId: '1P0EXAMPLE',
      csm: 'Noor Castellan',
      website: 'https://quillandco.example.com',
      trackedSubscriptionId: 'sub_2291',
      lastSeenDate: '1756972800',
    },
  },
  { id: 'acct_nimbus', domain: 'nimbus.example.com', traits: { name: '  ', plan: 'Free', arr: 0 } },
  { id: 'acct_orchard', domain: 'orchard.example.org', traits: {} },
  {
    id: '新宿商事',
    domain: 'shinjuku.example.org',
    traits: {
      name: '新宿商事株式会社',
      countryName: '日本',
      countryCode: 'JP',
      city: '東京',
      plan: 'Growth',
      tier: 2,
    },
  },
  {
    id: 'acct_peregrine',
    domain: 'peregrine.example.com',
    traits: {
      name: 'Peregrine Travel',
      address: { city: 'Lisboa', country: 'PT' },
      healthScore: 54,
      nps: -12,
    },
  },
  {
    id: 'acct_vantage#2',
    domain: 'vantage.example.com',
    traits: {
      name: 'Vantage Robotics',
      plan: 'Growth',
      numberOfEmployees: 310.4,
      createDate: '2024-02-30',
      arr: '42000',
    },
  },
  {
    id: 'acct_marigold',
    domain: 'marigold.example.org',
    traits: { name: 'Marigold Foundation', industry: 'Non-profit', tags: [], billing: { currency: null } },
  },
  {
    id: '🏔-summit',
    domain: 'summit.example.com',
    traits: { name: 'Summit 🏔 Outfitters', plan: 'Starter', arr: 14400.5 },
  },
];

/** Users whose ids or names are worth seeing; the others are made of the lists below. */
export const notableUsers = [
  { userId: 'u_1001', name: 'Ludwig van Beethoven' },
  { userId: 'u_1002', name: 'Zora' },
  { userId: 'u_1003', name: '  Ida   Quillfeather ' },
  { userId: 'mira.holt@larkspur.example.com', name: 'Mira Holt' },
  { userId: 'theo+beta@brightwell.example.com', name: 'Theo Brandvold' },
  { userId: 'emea/frankfurt/204', name: 'Anke Sommerfeldt' },
  { userId: 'deploy-🚀-bot', name: 'Deploy Bot' },
  { userId: 'jürgen.weiß', name: 'Jürgen Weißgerber' },
  { userId: '花子-204', name: '花子 架空' },
  { userId: 'Service Account 7', name: 'Service Account' },
  { userId: 70411, name: 'Odalys Ferreira-Nunes' },
  { userId: 'crm#5521?src=import', name: 'Petra von der Aue' },
  { userId: '50%-rollout', name: 'Ines Okonjo-Bell' },
  { userId: 'a;role=admin', name: 'Casimir O’Dell' },
];

export const firstNames = (
  'Amara Bram Cleo Dario Elif Fenna Goran Hanneke Ilse Jorunn Kofi Leocadia Matteo Nadira Oskar Pilar ' +
  'Quentin Rosalind Søren Tamsin Ulrike Vasco Wilhelmina Xiomara Yusuf Zdenka Álvaro Brónagh Chidi Dagný'
).split(' ');

export const lastNames = (
  'Ashdown Birkenfeld Castellan Dovecote Ettersby Fairwater Grünwald Haldane Ivarsson Jellicoe Kestrel Lindqvist ' +
  'Marchbanks Nightingale Oyelaran Pemberley Quillon Ravenscar Stoneleigh Thistlewood Underhill Vantongeren ' +
  'Wexcombe Yarrow Zielonka Łukowski Ñandubay Ó_Cuív Čapkova Ørsteding'
)
  .split(' ')
  .map((name) => name.replace('_', ' '));

export const places = [
  {
    countryName: 'United States',
    countryCode: 'US',
    stateName: 'Oregon',
    stateCode: 'OR',
    city: 'Portland',
    timeZone: 'America/Los_Angeles',
    latitude: 45.5152,
    longitude: -122.6784,
    continent: 'North America',
  },
  {
    countryName: 'Germany',
    countryCode: 'DE',
    regionName: 'Nordrhein-Westfalen',
    city: 'Köln',
    postalCode: '50667',
    timeZone: 'Europe/Berlin',
    latitude: 50.9375,
    longitude: 6.9603,
    continent: 'Europe',
  },
  {
    countryName: 'Japan',
    countryCode: 'JP',
    regionName: '関東',
    city: '東京',
    street: '架空通り 1-2-3',
    timeZone: 'Asia/Tokyo',
    continent: 'Asia',
  },
  {
    countryName: 'United Kingdom',
    countryCode: 'GB',
    city: 'Leeds',
    street: '12 Invented Row',
    postalCode: 'LS1 0AA',
    timeZone: 'Europe/London',
  },
  {
    countryName: 'Brasil',
    countryCode: 'BR',
    stateCode: 'SP',
    city: 'São Paulo',
    latitude: '-23.5505',
    longitude: '-46.6333',
    timeZone: 'America/Sao_Paulo',
  },
  { countryName: 'Null Island', city: 'Buoy', latitude: 0, longitude: 0 },
];
