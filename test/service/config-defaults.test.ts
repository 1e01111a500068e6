import { CONFIG_KEYS } from '../../src/destinations/gainsight_px/config/config';
import { createService, type ConfigDefaults, type ServiceOptions } from '../../src/service/index';
import {
  cleanUp,
  CONFIG,
  DESTINATION,
  identify,
  job,
  KEY,
  track,
  world,
  type Json,
  type World,
} from './running-service';

afterEach(cleanUp);

const PROCESSOR = '/v0/destinations/gainsight_px';

/** A service with defaults, and every request that it sends. */
async function worldWith(configDefaults: ConfigDefaults, options: ServiceOptions = {}) {
  const sent: { url: string; body: Json }[] = [];
  const here = await world({
    configDefaults,
    ...options,
    fetch: (url, { body }) => {
      sent.push({ url, body: JSON.parse(typeof body === 'string' ? body : '{}') as Json });
      return Promise.resolve(new Response(null, { status: 204 }));
    },
  });
  return { here, sent };
}

const destination = (Config: object, more: Json = {}): Json => ({
  ...DESTINATION,
  Config: { ...CONFIG, ...Config },
  ...more,
});

/** A job that comes again is answered from memory, and so each is another one. */
let jobsHandedBack = 100;

/** Hands a delivery-mode item back as the host does, with what it stores. */
const deliver = ({ post }: World, item: Json, version: string, destinationConfig: unknown) => {
  jobsHandedBack += 1;
  const jobId = jobsHandedBack;
  const metadata = (item.metadata as Json[]).map((metadataOfJob) => ({
    ...metadataOfJob,
    jobId,
    userId: '',
  }));
  return post(`/${version}/destinations/gainsight_px/proxy`, {
    ...(item.batchedRequest as Json),
    metadata: version === 'v1' ? metadata : metadata[0],
    destinationConfig,
  });
};

test('the router route, inline: an identify goes to the default data center with default attributes', async () => {
  const { here, sent } = await worldWith({
    dataCenter: 'EU',
    userAttributeMap: [{ from: 'tier', to: 'level' }],
  });
  await here.route([job(1, identify('u1', { tier: 'gold' }))]);
  expect(sent.map(({ url }) => url)).toEqual(['https://api-eu.aptrinsic.com/v1/users/u1']);
  expect(sent[0]!.body.customAttributes).toEqual({ level: 'gold' });
});

test('what a destination says itself wins, key by key; null and maps without a filled row say nothing', async () => {
  const { here, sent } = await worldWith({
    dataCenter: 'EU',
    userAttributeMap: [{ from: 'tier', to: 'level' }],
  });
  const message = identify('u1', { tier: 'gold', plan: 'pro' });
  const own = [{ from: 'plan', to: 'plan' }];
  const Configs = [
    { dataCenter: 'US2' },
    { dataCenter: null, userAttributeMap: own },
    { dataCenter: {}, userAttributeMap: [{ from: '', to: '' }] },
    { dataCenter: { web: 'US' }, userAttributeMap: null },
  ];
  // A job that comes again is answered from memory.
  for (const [at, Config] of Configs.entries()) await here.route([job(at, message, {}, destination(Config))]);
  expect(sent.map(({ url, body }) => [new URL(url).host, body.customAttributes])).toEqual([
    ['api-us2.aptrinsic.com', { level: 'gold' }],
    ['api-eu.aptrinsic.com', { plan: 'pro' }],
    ['api-eu.aptrinsic.com', { level: 'gold' }],
    ['api.aptrinsic.com', { level: 'gold' }],
  ]);
});

test('the processor route: a page becomes an event by default', async () => {
  const { here } = await worldWith({ pageEvents: true, stripUrlQuery: true, dataCenter: 'US2' });
  const page = { type: 'page', userId: 'u1', name: 'Home', properties: { search: '?a' } };
  const { body } = await here.post(PROCESSOR, [
    job(1, page),
    job(2, page, { destinationId: 'd2' }, destination({ pageEvents: false })),
  ]);
  expect(body[0].output).toMatchObject({ endpoint: 'https://api-us2.aptrinsic.com/v1/events/custom' });
  expect(body[0].output.body.JSON).toMatchObject({ eventName: 'Page Viewed', attributes: { name: 'Home' } });
  expect(body[1].statusCode).toBe(400);
});

test.each(['v0', 'v1'])(
  'the delivery proxy %s: by what the host stores, with the defaults',
  async (version) => {
    const { here, sent } = await worldWith({ dataCenter: 'EU', sendIp: true }, { mode: 'delivery' });
    const [item] = await here.route([job(1, { ...track(), context: { ip: '198.51.100.7' } })]);
    expect(JSON.stringify(item!.destination)).not.toContain('sendIp');
    for (const stored of [CONFIG, { ...CONFIG, dataCenter: null }, { ...CONFIG, dataCenter: 'US' }]) {
      expect((await deliver(here, item!, version, stored)).status).toBe(200);
    }
    expect(sent.map(({ url }) => new URL(url).host)).toEqual([
      'api-eu.aptrinsic.com',
      'api-eu.aptrinsic.com',
      'api.aptrinsic.com',
    ]);
    expect(sent[0]!.body.remoteHost).toBe('198.51.100.7');
  },
);

test('/deleteUsers: in the default data center', async () => {
  const { here, sent } = await worldWith({ dataCenter: 'EU' });
  for (const config of [CONFIG, { ...CONFIG, dataCenter: { web: null } }, { ...CONFIG, dataCenter: 'US2' }]) {
    const body = [{ jobId: '1', destType: 'gainsight_px', config, userAttributes: [{ userId: 'u1' }] }];
    expect((await here.post('/deleteUsers', body)).status).toBe(200);
  }
  expect(sent.map(({ url }) => new URL(url).host)).toEqual([
    'api-eu.aptrinsic.com',
    'api-eu.aptrinsic.com',
    'api-us2.aptrinsic.com',
  ]);
});

test('several data centers are something that was sent: a default does not choose among them', async () => {
  const { here, sent } = await worldWith({ dataCenter: 'EU' });
  const several = destination({ dataCenter: { web: 'US', ios: 'US2' } });
  expect((await here.route([job(1, identify(), {}, several)]))[0]!.statusCode).toBe(503);
  expect(sent).toEqual([]);
});

test('templates are resolved first, and then the defaults fill what is open', async () => {
  const { here, sent } = await worldWith({ dataCenter: 'EU' });
  const dynamic = (dataCenter: unknown): Json => destination({ dataCenter }, { hasDynamicConfig: true });
  const place = '{{ message.context.place || US2 }}';
  const message = { ...identify(), context: { place: 'US' } };
  await here.route([job(1, message, {}, dynamic(place))]);
  await here.route([job(2, identify(), {}, dynamic(place))]);
  await here.route([job(3, identify(), {}, dynamic(null))]);
  expect(sent.map(({ url }) => new URL(url).host)).toEqual([
    'api.aptrinsic.com',
    'api-us2.aptrinsic.com',
    'api-eu.aptrinsic.com',
  ]);
});

test('a merged configuration is compiled once for all requests', async () => {
  const { here } = await worldWith({ pageEvents: true, accountAttributeMap: [{ from: 'a', to: 'b' }] });
  for (let request = 0; request < 20; request += 1) await here.post(PROCESSOR, [job(1, track())]);
  expect((await here.get('/metrics')).text).toMatch(/^gainsight_px_configuration_cache_entries 1$/m);
});

test('wrong defaults are refused when the service is made', () => {
  const wrong = { sendIp: 'yes', apiKey: KEY } as unknown as ConfigDefaults;
  expect(() => createService({ configDefaults: wrong })).toThrow(/apiKey: not allowed.*sendIp: expected/);
  expect(() => createService({ configDefaults: wrong })).not.toThrow(KEY);
});

test('every key that may have a default is read on its way: none of them changes what a whole destination says', async () => {
  const said: Json = {
    dataCenter: 'US',
    userAttributeMap: [{ from: 'a', to: 'b' }],
    accountAttributeMap: [{ from: 'a', to: 'b' }],
    globalContextMap: [{ from: 'a', to: 'b' }],
    globalContextPrecedence: 'replace',
    missingUserOnGroup: 'create',
    userFieldMap: [{ from: 'a', to: 'title' }],
    accountFieldMap: [{ from: 'a', to: 'name' }],
    pageEvents: false,
    nestedAttributes: 'json',
    attributeTypes: { user: { b: 'STRING' } },
    stripUrlQuery: false,
    consentPreferences: [{ consent: 'x', preference: 'surveys' }],
    sendEventId: false,
    sendIp: false,
    preferencesApiVersion: 'v1',
  };
  expect(['apiKey', 'productTagKey', ...Object.keys(said)].sort()).toEqual([...CONFIG_KEYS].sort());
  const others: ConfigDefaults = {
    dataCenter: 'EU',
    globalContextPrecedence: 'merge',
    nestedAttributes: 'flatten',
    pageEvents: true,
    sendEventId: true,
    sendIp: true,
    stripUrlQuery: true,
    preferencesApiVersion: 'v2',
  };
  const messages = [
    { ...track(), messageId: 'm', context: { ip: '1.2.3.4' }, properties: { o: { t: 1 }, url: 'u?x' } },
    { type: 'page', userId: 'u1' },
  ];
  const events = messages.map((message, at) => job(at, message, {}, destination(said)));
  const plain = await (await worldWith({})).here.post(PROCESSOR, events);
  const merged = await (await worldWith(others)).here.post(PROCESSOR, events);
  expect(merged.body).toEqual(plain.body);
});
