import http from 'node:http';
import {
  cleanUp,
  CONFIG,
  DESTINATION,
  group,
  identify,
  job,
  track,
  world,
  type Answer,
  type Json,
} from './running-service';
import { gated, pendingPlans } from './gated';
import { settled, until } from './waiting';

/** The rules of the contract that are of one route alone, each by its name. */
afterEach(cleanUp);

const PROCESSOR = '/v0/destinations/gainsight_px';
const PROXY = '/v1/destinations/gainsight_px/proxy';
const TAGS = {
  destType: 'GAINSIGHT_PX',
  module: 'destination',
  implementation: 'native',
  destinationId: 'dst-1',
  workspaceId: 'ws-1',
};
/** What PX says where NUL must not get through: as a character, and escaped. */
const NUL_BODY = '{"externalapierror":{"message":"a\\u0000b \u0000"}}';
const withoutNul = (text: unknown): boolean =>
  ['\u0000', '\\u0000'].every((nul) => !String(text).includes(nul));

describe.each(['inline', 'delivery'] as const)('POST /v0/destinations/gainsight_px, %s mode', (mode) => {
  test('no event is missing in the answer, whatever is wrong with it, and its neighbours are as ever', async () => {
    const { post } = await world({ mode });
    const good = job(1, track('good'), { rudderId: 'k1' });
    const alone = (await post(PROCESSOR, [good])).body as Json[];
    const events = [
      ...[null, 5, [], {}, { type: 'track' }, { type: 'page', userId: 'u' }].map((message, at) =>
        job(10 + at, message, { rudderId: `bad${at}` }),
      ),
      job(20, track(), { rudderId: 'k2' }, { ...DESTINATION, Config: {} }),
      good,
    ];
    const items = (await post(PROCESSOR, events)).body as Json[];
    expect(items.map(({ metadata }) => (metadata as Json).jobId)).toEqual(
      events.map(({ metadata }) => metadata.jobId),
    );
    expect(items.slice(-1)).toEqual(alone);
  });

  test('the output of an event is an object, and never an array', async () => {
    const { post } = await world({ mode });
    const preferences = identify('u2', { userPreferences: { surveys: false } });
    const { body } = await post(PROCESSOR, [job(1, identify()), job(2, group()), job(3, preferences)]);
    for (const { output } of body as Json[]) {
      expect(Array.isArray(output)).toBe(false);
      expect(typeof output).toBe('object');
    }
  });

  test('statTags are texts, of the feature processor; errors are texts without NUL', async () => {
    const { post, simulator } = await world({ mode });
    simulator.configure({ faults: [{ fault: { status: 400, body: NUL_BODY } }] });
    const { body } = await post(PROCESSOR, [
      job(1, { type: 'x\u0000y', userId: 'u' }),
      job(2, {}, { destinationId: 5, workspaceId: null }),
      job(3, identify('u3'), { rudderId: 'k3' }),
    ]);
    const [unknown, odd, refused] = body as [Json, Json, Json];
    const failed = mode === 'inline' ? [unknown, odd, refused] : [unknown, odd];
    for (const { error, statTags } of failed) {
      expect(typeof error).toBe('string');
      expect(error).not.toBe('');
      expect(withoutNul(error)).toBe(true);
      for (const value of Object.values(statTags as Json)) expect(typeof value).toBe('string');
    }
    expect(unknown.statTags).toEqual({
      ...TAGS,
      errorCategory: 'dataValidation',
      errorType: 'instrumentation',
      feature: 'processor',
    });
    expect(refused.statTags).toEqual(
      mode === 'inline'
        ? { ...TAGS, errorCategory: 'network', errorType: 'aborted', feature: 'processor' }
        : {},
    );
  });

  test.each(['', '{', '[', 'null', '5', '{}', '[null]', '[{}]', '{"input":{}}'])(
    'a body that is none is to be sent again for ever: %j',
    async (body) => {
      const { post } = await world({ mode });
      const answer = await post(PROCESSOR, body);
      expect(answer.status).toBe(503);
      expect(answer.headers).toMatchObject({ 'x-rudder-should-retry': 'true', apiversion: '2' });
    },
  );
});

describe('POST /routerTransform', () => {
  test('nothing that is reserved for the host stands at the top of the answer', async () => {
    const { post } = await world();
    const { body } = await post('/routerTransform', { input: [job(1, track())], destType: 'gainsight_px' });
    expect(Object.keys(body as Json)).toEqual(['output']);
  });

  test('an item has the metadata of exactly the one job that it is of, and no batchedRequest that is an empty array', async () => {
    const { route } = await world();
    const events = [job(7, track()), job(8, {}), job(9, identify('u9'), { userId: 'k9' })];
    const items = await route(events);
    expect(items.map(({ metadata }) => metadata)).toEqual(events.map(({ metadata }) => [metadata]));
    expect(items.map(({ batchedRequest }) => Array.isArray(batchedRequest))).toEqual([false, false, false]);
  });

  test('ids are percent-encoded in endpoints, and Content-Type is set: the host adds none', async () => {
    const { post } = await world();
    const { body } = await post(PROCESSOR, [job(1, identify('Ada Lövelace+x')), job(2, track())]);
    const [user, event] = (body as Json[]).map(({ output }) => output as Json);
    expect(user!.endpoint).toBe('https://api.aptrinsic.com/v1/users/Ada%20L%C3%B6velace%2Bx');
    for (const { headers } of [user!, event!]) {
      expect(headers).toMatchObject({ 'Content-Type': 'application/json' });
    }
  });

  test.each([408, 429, 500, 502, 503])('PX’s %i may pass: the job is to be sent again', async (status) => {
    const { route, simulator } = await world();
    simulator.configure({ faults: [{ fault: { status } }] });
    const [item] = await route([job(1, identify())]);
    expect([429, 500, 502, 503]).toContain(item!.statusCode);
    expect(item!.statTags).toMatchObject({ errorCategory: 'network', feature: 'router' });
  });
});

describe('the delivery proxy', () => {
  const body = (item: Json, metadata: Json = { jobId: 1 }): Json => ({
    ...(item.batchedRequest as Json),
    metadata: [metadata],
    destinationConfig: CONFIG,
  });
  const entry = (answer: Answer): Json => (answer.body.output.response as Json[])[0]!;

  test('errors are texts without NUL', async () => {
    const { route, post, simulator } = await world({ mode: 'delivery' });
    const [item] = await route([job(1, track())]);
    simulator.configure({ faults: [{ fault: { status: 400, body: NUL_BODY } }] });
    const answer = await post(PROXY, body(item!));
    const texts = [entry(answer).error, answer.body.output.message];
    expect(texts.map((text) => typeof text)).toEqual(['string', 'string']);
    expect(texts.every((text) => text !== '' && withoutNul(text))).toBe(true);
  });

  test('what a host that has gone wanted delivered is not begun', async () => {
    const here = await gated({ mode: 'delivery', router: { concurrency: 1, requestTimeoutMs: 600_000 } });
    const { port } = await here.service.listen({ port: 0 });
    const items = await here.route([1, 2, 3].map((id) => job(id, track(`u${id}`), { userId: `k${id}` })));
    const calls = items.map((item) => {
      const call = http.request({ port, method: 'POST', path: PROXY, agent: false });
      call.on('error', () => undefined);
      call.end(JSON.stringify(body(item)));
      return call;
    });
    await until(async () => (await pendingPlans(here)) === 3);
    for (const call of calls) call.destroy();
    await until(async () => (await pendingPlans(here)) === 1);
    here.release();
    await until(async () => (await pendingPlans(here)) === 0);
    expect(here.sent).toHaveLength(1);
  });

  test('plans of one user go in the order of their coming, the second not before the first has ended', async () => {
    const sent: unknown[] = [];
    let release = (): void => undefined;
    const { route, post } = await world({
      mode: 'delivery',
      router: { requestTimeoutMs: 600_000 },
      fetch: (_url, { body: text }) => {
        sent.push((JSON.parse(text!) as Json).title);
        const answer = new Response(null, { status: 204 });
        if (sent.length > 1) return Promise.resolve(answer);
        return new Promise((resolve) => {
          release = () => resolve(answer);
        });
      },
    });
    const [old, recent] = await route(['old', 'new'].map((title, at) => job(at, identify('u', { title }))));
    const first = post(PROXY, body(old!));
    const second = post(PROXY, body(recent!));
    while (sent.length === 0) await settled();
    await post(PROXY, {});
    expect(sent).toEqual(['old']);
    release();
    expect([entry(await first).statusCode, entry(await second).statusCode]).toEqual([200, 200]);
    expect(sent).toEqual(['old', 'new']);
  });
});

test('POST /deleteUsers answers no method and no body with 404 or 405, which would end the job', async () => {
  const { service } = await world();
  for (const method of ['GET', 'PUT', 'DELETE'] as const) {
    expect((await service.inject({ method, url: '/deleteUsers' })).statusCode).toBe(500);
  }
});
