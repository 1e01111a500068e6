import {
  cleanUp,
  DESTINATION,
  group,
  identify,
  job,
  statuses,
  track,
  world,
  type Json,
  type World,
} from './running-service';

afterEach(cleanUp);

const MEMORY = { router: { skipUnchanged: 600_000 } };
const NOW = Date.now();
const ago = (minutes: number): string => new Date(NOW - minutes * 60_000).toISOString();
const at = (message: Json, minutes: number): Json => ({ ...message, timestamp: ago(minutes) });

const process = ({ post }: World, ...messages: Json[]) =>
  post(
    '/v0/destinations/gainsight_px',
    messages.map((message, index) => job(index, message)),
  );

test('inline: what PX holds is not sent again, an older event overwrites nothing, and both are counted', async () => {
  const here = await world(MEMORY);
  const { route, simulator, get } = here;
  const messages = [
    at(group('u1', 'acme', { plan: 'new' }), 1),
    at(group('u1', 'acme', { plan: 'new' }), 2),
    at(group('u1', 'acme', { plan: 'old', industry: 'x' }), 3),
    at(track(), 1),
    at(track(), 1),
  ];
  for (const [index, message] of messages.entries()) {
    const answered = await route([job(index, message, { userId: `k${index}` })]);
    expect(statuses(answered)).toEqual([299]);
  }
  expect(simulator.requests.total).toBe(4 + 0 + 1 + 2);
  expect(simulator.state.accounts.get('acme')).toMatchObject({ plan: 'new', industry: 'x' });
  expect((await get('/metrics')).text.match(/^gainsight_px_px_unsent.*$/gm)).toEqual([
    'gainsight_px_px_unsent_requests_total 3',
    'gainsight_px_px_unsent_unchanged_fields_total 3',
    'gainsight_px_px_unsent_stale_fields_total 1',
  ]);
});

test('it is off by default: every update is sent', async () => {
  const { route, simulator } = await world();
  for (let id = 0; id < 3; id += 1) await route([job(id, at(identify('u1', { title: 'T' }), 1))]);
  expect(simulator.requests.total).toBe(4);
});

test('erased users are forgotten: what comes after is written whole', async () => {
  const { route, post, simulator } = await world(MEMORY);
  await route([job(1, at(identify('u1', { title: 'T' }), 1))]);
  const { status } = await post('/deleteUsers', [
    { jobId: '1', destType: 'gainsight_px', config: DESTINATION.Config, userAttributes: [{ userId: 'u1' }] },
  ]);
  expect(status).toBe(200);
  await route([job(2, at(identify('u1', { title: 'T' }), 1))]);
  expect(simulator.state.users.get('u1')).toMatchObject({ title: 'T' });
});

test('inline, processor route: the host repeats the updates later, so nothing is left out or remembered', async () => {
  const here = await world(MEMORY);
  const { route, simulator } = here;
  await route([job(1, at(identify('u1', { title: 'new' }), 1))]);
  const before = simulator.requests.total;
  const { body } = await process(here, at(identify('u1', { title: 'old' }), 2));
  expect(simulator.requests.total).toBe(before + 1);
  expect(body).toMatchObject([{ output: { body: { JSON: { title: 'old', type: 'USER' } } } }]);
  for (let id = 2; id < 4; id += 1) await route([job(id, at(identify('u1', { title: 'new' }), 1))]);
  expect(simulator.requests.total).toBe(before + 3);
  expect(simulator.state.users.get('u1')).toMatchObject({ title: 'new' });
});

/** The body that the host sends to the delivery proxy for an item. */
function proxied(item: Json): Json {
  const descriptor = { ...((item.batchedRequest ?? item.output) as Json) };
  return { ...descriptor, metadata: [item.metadata].flat(), destinationConfig: DESTINATION.Config };
}

describe('delivery mode', () => {
  const deliver = ({ post }: World, item: Json) => post('/v1/destinations/gainsight_px/proxy', proxied(item));

  test('the times of the event travel with the plan', async () => {
    const here = await world({ ...MEMORY, mode: 'delivery' });
    const routed = await here.route([
      job(1, at(group('u1', 'acme', { plan: 'new' }), 1), { userId: 'k1' }),
      job(2, at(group('u1', 'acme', { plan: 'old' }), 2), { userId: 'k2' }),
    ]);
    const processed = (await process(here, at(group('u1', 'acme', { plan: 'older' }), 3))).body as Json[];
    for (const item of [...routed, ...processed]) expect((await deliver(here, item)).status).toBe(200);
    expect(here.simulator.requests.total).toBe(4);
    expect(here.simulator.state.accounts.get('acme')).toMatchObject({ plan: 'new' });
  });

  test('a plan without times, of a version or service that wrote none, is delivered whole', async () => {
    const here = await world({ ...MEMORY, mode: 'delivery' });
    const silent = await world({ mode: 'delivery' });
    const items = await silent.route([
      job(1, at(identify('u1', { title: 'a' }), 1), { userId: 'k1' }),
      job(2, at(identify('u1', { title: 'a' }), 2), { userId: 'k2' }),
    ]);
    expect(JSON.stringify(items)).not.toContain('eventTimes');
    for (const item of items) expect((await deliver(here, item)).status).toBe(200);
    expect(here.simulator.requests.total).toBe(3);
  });

  test.each([['soon'], [null], [[1]], [{ user: '1' }], [{ user: null }], [{ user: {} }]])(
    'times that are %j count as none',
    async (eventTimes) => {
      const here = await world({ ...MEMORY, mode: 'delivery' });
      for (let id = 1; id < 3; id += 1) {
        const [item] = await here.route([job(id, at(identify('u1', { title: 'a' }), 1))]);
        const request = item!.batchedRequest as { body: { JSON: Json } };
        Object.assign(request.body.JSON, { eventTimes });
        expect((await deliver(here, item!)).status).toBe(200);
      }
      expect(here.simulator.requests.total).toBe(3);
    },
  );
});
