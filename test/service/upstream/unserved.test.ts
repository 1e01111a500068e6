import { cleanUp, CONFIG, identify, job, track, world, type Json, type World } from '../running-service';

/** What a service without an upstream says of requests that are not for it. */
afterEach(cleanUp);

const warnings = ({ logged }: World): string[] =>
  logged()
    .split('\n')
    .filter((line) => line.includes(' not served here') || line.includes('does not serve'));
const OTHER = 'events of another destination are not served here; the host retries them until it gives up';
const HINT = 'start the service with --upstream and the URL of the transformer that serves them';

test('the first event of another destination logs one warning that names it and what to set', async () => {
  const here = await world();
  const events = { input: [job(1, track())], destType: 'braze' };
  for (let at = 0; at < 3; at += 1) {
    expect((await here.post('/routerTransform', events)).status).toBe(500);
    await here.post('/v0/destinations/braze', events.input);
    await here.post('/v1/destinations/BRAZE/proxy', {});
    await here.post('/batch', events);
    await here.post('/deleteUsers', [{ destType: 'braze', config: CONFIG, userAttributes: [] }]);
  }
  expect(warnings(here)).toEqual([`{"destination":"braze"} ${OTHER}: ${HINT}`]);
  await here.post('/routerTransform', { ...events, destType: 'webhook' });
  expect(warnings(here)).toHaveLength(2);
});

test('what names no destination, and what is ours, warns of none', async () => {
  const here = await world();
  for (const body of [{}, [], { destType: 'gainsight_px', input: [] }, { destType: 5 }])
    await here.post('/routerTransform', body);
  await here.route([job(1, identify())]);
  expect(warnings(here)).toEqual([]);
});

test.each([
  ['/customTransform', 'user transformations'],
  ['/v0/validate', 'tracking plans'],
  ['/v1/sources/shopify?writeKey=secret-write-key', 'sources'],
  ['/v2/sources/shopify/hydrate', 'sources'],
])('%s is named once as what it is: %s', async (url, what) => {
  const here = await world();
  await here.post(url, []);
  await here.post(url, []);
  expect(warnings(here)).toEqual([`{"what":"${what}"} requests for ${what} are not served here: ${HINT}`]);
  expect(here.logged()).not.toContain('secret-write-key');
});

test('a path of nobody is told once, without the path: it may hold anything', async () => {
  const here = await world();
  for (const url of ['/ada@example.com', '/secret/x', '/v0/destinations/ada@example.com'])
    await here.post(url, {});
  expect(warnings(here)).toEqual([
    '{} a request had a path that this service does not serve and no RudderStack host needs',
    `{"destination":"invalid name"} ${OTHER}: ${HINT}`,
  ]);
});

test('of names without end a hundred are told', async () => {
  const here = await world();
  for (let at = 0; at < 300; at += 1) await here.post(`/v0/destinations/type${at}`, []);
  expect(warnings(here)).toHaveLength(100);
});

test.each([
  // The client of the processor tries these again without end; after anything else that is no answer it ends the host.
  ['/v0/destinations/braze', 503],
  ['/v0/destinations/braze/', 503],
  ['//v0//destinations//braze', 503],
  ['/customTransform', 503],
  ['/v0/validate', 503],
  ['/v2/sources/shopify/hydrate', 503],
  // Here the host tries again by itself.
  ['/v1/destinations/braze/proxy', 500],
  ['/v1/sources/shopify', 500],
  ['/batch', 500],
  ['/nowhere', 500],
  ['/', 500],
])('POST %s is answered %i', async (url, status) => {
  const { post } = await world();
  const answer = await post(url, []);
  expect(answer).toMatchObject({ status, headers: { apiversion: '2' } });
  expect(answer.headers['x-rudder-should-retry']).toBe(status === 503 ? 'true' : undefined);
  expect((answer.body as Json).error).toBe('this service has no such route');
});
