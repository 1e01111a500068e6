// The baseline for track: one configuration, one kind of event, no table. It makes the same plan as the
// library (the benchmark asserts this), and checks ids, names, dates and values as the library does.

const PLAIN_ID = /^[A-Za-z0-9\-._~@]+$/;
const RESERVED = new Set(['__proto__', 'constructor', 'prototype']);

export function handWrittenTrack(event, config) {
  const { traits, properties, context } = event;
  const contextTraits = context?.traits;
  const identifyId = firstId(
    event.userId,
    traits?.userId,
    traits?.id,
    contextTraits?.userId,
    contextTraits?.id,
    event.anonymousId,
  );
  if (identifyId === undefined) throw new Error('no id');
  if (typeof event.event !== 'string' || event.event.trim() === '') throw new Error('no event name');

  const attributes = {};
  let globalContext;
  for (const key in properties) {
    const value = properties[key];
    if (key === 'globalContext') globalContext = copy(value);
    else if (!RESERVED.has(key)) addAttribute(attributes, key, value);
  }

  const body = {
    identifyId,
    propertyKey: config.productTagKey,
    userType: 'USER',
    eventName: event.event.trim(),
    attributes,
  };
  const accountId = firstId(traits?.groupId, contextTraits?.groupId, context?.groupId);
  if (accountId !== undefined) body.accountId = accountId;
  const date = toDate(properties?.date) ?? toDate(event.timestamp) ?? toDate(event.originalTimestamp);
  if (date !== undefined) body.date = date;
  const sessionId = properties?.sessionId ?? context?.sessionId;
  if (sessionId !== undefined && sessionId !== null && sessionId !== '') body.sessionId = sessionId;
  const page = context?.page;
  if (typeof page?.url === 'string' && page.url !== '') body.url = page.url;
  if (typeof page?.referrer === 'string' && page.referrer !== '') body.referrer = page.referrer;
  if (globalContext === undefined) globalContext = { ...config.globalContext };
  if (Object.keys(globalContext).length > 0) body.globalContext = globalContext;

  return {
    lanes: [`user:${identifyId}`],
    steps: [
      {
        id: 'createEvent',
        route: 'events.create',
        effect: 'append',
        request: {
          method: 'POST',
          endpoint: `${config.baseUrl}/events/custom`,
          endpointPath: 'events',
          headers: { 'X-APTRINSIC-API-KEY': config.apiKey, 'Content-Type': 'application/json' },
          body,
        },
      },
    ],
  };
}

function firstId(...candidates) {
  for (const value of candidates) {
    if (typeof value === 'string' && (PLAIN_ID.test(value) || value.trim() !== '')) return value;
    if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  }
  return undefined;
}

function toDate(value) {
  if (typeof value === 'string') {
    const time = Date.parse(value);
    return Number.isNaN(time) ? undefined : time;
  }
  if (typeof value !== 'number' || !Number.isFinite(value)) return undefined;
  const size = Math.abs(value);
  if (size >= 1e8 && size < 1e11) return value * 1000;
  return size >= 1e11 && size <= 4.1e12 ? value : undefined;
}

function addAttribute(attributes, key, value) {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      attributes[key] = value;
      break;
    case 'number':
      if (Number.isFinite(value)) attributes[key] = value;
      break;
    case 'object':
      if (value !== null) attributes[key] = JSON.stringify(value);
      break;
    default:
  }
}

function copy(object) {
  const pairs = {};
  for (const key in object) addAttribute(pairs, key, object[key]);
  return pairs;
}
