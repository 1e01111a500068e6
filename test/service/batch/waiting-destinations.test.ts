import { RetryableError } from '../../../src/core/errors';
import { WaitingDestinations } from '../../../src/service/batch/waiting-destinations';
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
} from '../running-service';

afterEach(cleanUp);

/** Nobody can tell which of them is meant: it can be put right, and until then nothing may be dropped. */
const SEVERAL = { web: 'EU', ios: 'US2' };
const WAITING = 'wait until its configuration is corrected';

const destination = (ID: string, dataCenter: unknown = SEVERAL): Json => ({
  ...DESTINATION,
  ID,
  Config: { ...CONFIG, dataCenter },
});
const count = (text: string, part: string): number => text.split(part).length - 1;

describe.each(['inline', 'delivery'] as const)('%s', (mode) => {
  test('several data centers: the router route says 503 for each item, and one error names the destination', async () => {
    const here = await world({ mode });
    for (let batch = 0; batch < 3; batch += 1) {
      const items = await here.route([
        job(1, track(), {}, destination('dst-several')),
        job(2, identify('u2'), { userId: 'k2' }, destination('dst-several')),
        job(3, { type: 'group', groupId: 'g', userId: 'u3' }, { userId: 'k3' }, destination('dst-several')),
        job(5, { ...track(), integrations: { All: false } }, { userId: 'k5' }, destination('dst-several')),
        job(4, identify('u4'), { userId: 'k4' }),
      ]);
      expect(items.map(({ statusCode }) => statusCode)).toEqual([
        503,
        503,
        503,
        299,
        mode === 'inline' ? 299 : 200,
      ]);
      expect(items[0]!.error).toContain('store one');
    }
    expect(count(here.logged(), WAITING)).toBe(1);
    expect(here.logged()).toContain('"destination":"dst-several"');
    expect(here.logged()).not.toContain(KEY);
  });

  test('the processor route says 503 for the batch, for as long as it is so', async () => {
    const here = await world({ mode });
    const url = '/v0/destinations/gainsight_px';
    for (let batch = 0; batch < 3; batch += 1) {
      const refused = await here.post(url, [job(1, track(), {}, destination('dst-several'))]);
      expect(refused.status).toBe(503);
      expect(refused.headers['x-rudder-should-retry']).toBe('true');
    }
    expect(count(here.logged(), WAITING)).toBe(1);
    const mended = await here.post(url, [job(1, track(), {}, destination('dst-several', 'EU'))]);
    expect(mended.body[0].statusCode).toBe(200);
  });
});

test.each(['v0', 'v1'] as const)('the proxy %s says 503 for its jobs', async (version) => {
  const here = await world({ mode: 'delivery' });
  const [item] = await here.route([job(1, track())]);
  const { batchedRequest, metadata } = item as { batchedRequest: Json; metadata: Json[] };
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const { status, body } = await here.post(`/${version}/destinations/gainsight_px/proxy`, {
      ...batchedRequest,
      metadata: version === 'v1' ? metadata : metadata[0],
      destinationConfig: { ...CONFIG, dataCenter: SEVERAL },
    });
    expect(version === 'v1' ? body.output.response[0].statusCode : status).toBe(503);
  }
  expect(here.simulator.requests.total).toBe(0);
  expect(count(here.logged(), WAITING)).toBe(1);
  expect(here.logged()).toContain('"destination":"dst-1"');
});

test('/deleteUsers says 503, erases nobody, and names the product', async () => {
  const here = await world();
  for (let offer = 0; offer < 3; offer += 1) {
    const { status, body } = await here.post('/deleteUsers', [
      {
        jobId: '1',
        destType: 'gainsight_px',
        config: { ...CONFIG, dataCenter: SEVERAL },
        userAttributes: [{ userId: 'u1' }],
      },
    ]);
    expect([status, body[0].statusCode, body[0].status]).toEqual([503, 503, 'failed']);
  }
  expect(here.simulator.requests.total).toBe(0);
  expect(count(here.logged(), WAITING)).toBe(1);
  expect(here.logged()).toContain(CONFIG.productTagKey);
});

test('a value that is no data center among several may be put right as well', async () => {
  const here = await world();
  const [item] = await here.route([job(1, track(), {}, destination('d', { web: 'EU', ios: 'moon' }))]);
  expect(item!.statusCode).toBe(503);
});

test('every destination has a line of its own; of very many the oldest are forgotten, and long names are cut', () => {
  const lines: Json[] = [];
  const nothing = (): void => undefined;
  const waiting = new WaitingDestinations({
    info: nothing,
    warn: nothing,
    error: (fields) => lines.push(fields as Json),
  });
  const error = new RetryableError('data_center_ambiguous', 'several');
  for (let round = 0; round < 2; round += 1) {
    for (let at = 0; at < 1000; at += 1) waiting.note(error, `d${at}`);
  }
  expect(lines).toHaveLength(1000);
  waiting.note(error, 'x'.repeat(100_000));
  expect(JSON.stringify(lines[1000]).length).toBeLessThan(500);
  waiting.note(error, 'd999');
  expect(lines).toHaveLength(1001);
  waiting.note(error, 'd0');
  expect(lines).toHaveLength(1002);
  waiting.note(new RetryableError('unavailable', 'may pass'), 'other');
  expect(lines).toHaveLength(1002);
});
