import type { FaultScript, Simulator } from '../../src/simulator';
import { startFakeService, type FakeReply, type FakeRoute, type FakeService } from './fake-service';
import { RegulationWorker, type DeletionJob, type RegulationWorkerOptions } from './regulation-worker';
import { cleanUp, deliverAll, failingFirst, startPx, startService } from './setup';
import { CONFIG } from './workload';

let fake: FakeService | undefined;

afterEach(async () => {
  await fake?.close();
  fake = undefined;
  await cleanUp();
});

function deletionOf(userIds: readonly string[]): DeletionJob {
  return {
    jobId: 'job-1',
    config: CONFIG,
    userAttributes: userIds.map((userId) => ({ userId, email: `${userId}@example.com` })),
  };
}

describe('the regulation worker does what the host does', () => {
  async function runAgainst(
    spoil: (reply: FakeReply, route: FakeRoute) => FakeReply,
    options: Partial<RegulationWorkerOptions> = {},
  ) {
    fake = await startFakeService({ spoil });
    const worker = new RegulationWorker({ transformUrl: fake.url, ...options });
    return worker.run(deletionOf(['u1']));
  }
  const answering =
    (status: number, body: unknown = [{ status: 'failed', error: 'why' }]) =>
    (reply: FakeReply, route: FakeRoute): FakeReply =>
      route === 'deletion' ? { ...reply, status, body } : reply;

  test('an array of one job is sent, and 200 with an array completes it', async () => {
    expect(await runAgainst((reply) => reply)).toEqual({ state: 'complete', offers: 1, errors: [] });
    const sent = fake!.received.filter(({ route }) => route === 'deletion');
    const userAttributes = [{ userId: 'u1', email: 'u1@example.com' }];
    expect(sent.map(({ body }) => body)).toEqual([
      [{ jobId: 'job-1', destType: 'gainsight_px', config: CONFIG, userAttributes }],
    ]);
  });

  test.each([404, 405])('%i aborts the job at once', async (status) => {
    expect(await runAgainst(answering(status))).toEqual({ state: 'aborted', offers: 1, errors: ['why'] });
  });

  test.each([201, 204, 400, 401, 429, 500, 503])(
    '%i is offered again, until it has failed four times',
    async (status) => {
      const { state, offers } = await runAgainst(answering(status));
      expect({ state, offers }).toEqual({ state: 'aborted', offers: 4 });
    },
  );

  test.each([
    ['an object', { status: 'successful' }],
    ['text that is not JSON', 'OK'],
    ['an array of something else', [200]],
    ['a status that is not a string', [{ status: 200 }]],
    ['an error that is not a string', [{ error: {} }]],
    ['a category that is not a string', [{ authErrorCategory: 1 }]],
  ])('with %s, 200 is a failure', async (_name, body) => {
    const { state, errors } = await runAgainst(answering(200, body));
    expect(state).toBe('aborted');
    expect(errors[0]).toBe('the answer cannot be decoded');
  });

  test('an answer that does not come is a failure', async () => {
    const report = await runAgainst((reply) => reply, { losesAnswer: () => true });
    expect(report).toMatchObject({ state: 'aborted', offers: 4 });
    expect(report.errors[0]).toBe('no answer: ECONNRESET');
  });

  test.each([
    ['does not name the destination', { regulations: ['BRAZE'] }],
    ['names none', { regulations: [] }],
    ['says nothing of it', {}],
  ])('when /features %s, the service gets no request', async (_name, body) => {
    const report = await runAgainst((reply, route) => (route === 'features' ? { ...reply, body } : reply));
    expect(report).toEqual({ state: 'aborted', offers: 0, errors: [] });
  });
});

describe('the worker deletes the users of the job, and no others', () => {
  const forgotten = Array.from({ length: 300 }, (_, at) => (at % 3 === 0 ? `u/../${at}?` : `u${at}`));
  const others = ['u', 'keep/me', 'u1000'];

  /** A PX that knows all users, and a service without any state. */
  async function startKnowing(faults?: FaultScript): Promise<{ px: Simulator; transformUrl: string }> {
    const reachable = await startPx();
    await deliverAll(
      [...forgotten, ...others].map((userId) => ({ type: 'identify', userId, traits: { title: userId } })),
      reachable,
    );
    const { px } = reachable;
    expect(px.state.users.size).toBe(forgotten.length + others.length);
    px.configure({ faults: faults === undefined ? null : [faults] });
    return { px, transformUrl: await startService('inline', reachable) };
  }

  const known = (px: Simulator): string[] => [...px.state.users.keys()].sort();

  test('in one attempt', async () => {
    const { px, transformUrl } = await startKnowing();
    const report = await new RegulationWorker({ transformUrl }).run(deletionOf(forgotten));
    expect(report).toEqual({ state: 'complete', offers: 1, errors: [] });
    expect(known(px)).toEqual([...others].sort());
  });

  test('in a second attempt, which deletes only the users for whom PX failed in the first', async () => {
    // More users than the service sends requests for in one attempt.
    const failing = forgotten.filter((_, at) => at % 30 === 0);
    const { px, transformUrl } = await startKnowing(failingFirst(failing, 3));
    const report = await new RegulationWorker({ transformUrl }).run(deletionOf(forgotten));
    expect(report).toMatchObject({ state: 'complete', offers: 2 });
    expect(report.errors[0]).toMatch(/^290 of 300 users are erased; send the request again for the rest/);
    expect(px.requests.byRoute['users.delete']).toBe(290 + 10 * 4);
    expect(known(px)).toEqual([...others].sort());
  });

  test('and reports success, when the first answer is lost', async () => {
    const { px, transformUrl } = await startKnowing();
    const losesAnswer = (offer: number): boolean => offer === 1;
    const report = await new RegulationWorker({ transformUrl, losesAnswer }).run(deletionOf(forgotten));
    expect(report).toMatchObject({ state: 'complete', offers: 2 });
    expect(known(px)).toEqual([...others].sort());
  });

  test('not without a key: the job is aborted in the end, with the reason', async () => {
    const { px, transformUrl } = await startKnowing();
    const config = { ...CONFIG, apiKey: '' };
    const report = await new RegulationWorker({ transformUrl }).run({ ...deletionOf(forgotten), config });
    expect(report).toMatchObject({ state: 'aborted', offers: 4 });
    expect(report.errors[0]).toMatch(/apiKey/);
    expect(known(px)).toHaveLength(forgotten.length + others.length);
  });
});
