import http from 'node:http';
import { systemClock } from '../../src/runtime/clock';
import { JobMemory, jobName } from '../../src/service/batch/job-memory';
import { AbortedError, RetryableError } from '../../src/core/index';
import { failed, type Outcome } from '../../src/router';
import { process } from '../../src/index';
import {
  cleanUp,
  CONFIG,
  DESTINATION,
  group,
  identify,
  job,
  statuses,
  track,
  world,
  type HostEvent,
  type Json,
  type World,
} from './running-service';
import { gated, pendingPlans } from './gated';
import { calm, until } from './waiting';

/** A batch whose answer was lost comes again, and must not be written again. */
afterEach(async () => {
  jest.restoreAllMocks();
  await cleanUp();
});

/** Resolves when so many more jobs have begun: a job looks for a running copy of itself at once. */
function begun(count: number): () => Promise<void> {
  const begin = jest.spyOn(JobMemory.prototype, 'begin');
  return () => until(() => begin.mock.calls.length >= count);
}

const PROCESSOR = '/v0/destinations/gainsight_px';
const PROXY = '/v1/destinations/gainsight_px/proxy';
const withId = (message: Json, messageId: string): Json => ({ ...message, messageId });

async function repeated({ get }: World, source: string): Promise<number> {
  const { text } = await get('/metrics');
  const value = new RegExp(`^gainsight_px_repeated_jobs_total\\{source="${source}"\\} (\\d+)$`, 'm').exec(
    text,
  );
  return Number(value?.[1] ?? 0);
}

/** Posts jobs over a connection that can be broken. */
function breakable(port: number, events: readonly HostEvent[]): http.ClientRequest {
  const request = http.request({ port, method: 'POST', path: '/routerTransform', agent: false });
  request.on('error', () => undefined);
  request.end(JSON.stringify({ input: events, destType: 'gainsight_px' }));
  return request;
}

describe('/routerTransform', () => {
  test('a batch that comes again is answered the same, and nothing is sent; attempts are not told apart', async () => {
    const here = await world();
    const { route, simulator } = here;
    const batch = (attemptNum: number): HostEvent[] => [
      job(1, withId(identify(), 'm1'), { attemptNum }),
      job(2, withId(track(), 'm2'), { attemptNum }),
      job(3, withId(group(), 'm3'), { attemptNum }),
    ];
    expect(statuses(await route(batch(0)))).toEqual([299, 299, 299]);
    const { total } = simulator.requests;
    expect(statuses(await route(batch(0)))).toEqual([299, 299, 299]);
    expect(statuses(await route(batch(4)))).toEqual([299, 299, 299]);
    expect(simulator.requests.total).toBe(total);
    expect(await repeated(here, 'memory')).toBe(6);
    expect((await here.get('/metrics')).text).toMatch(/^gainsight_px_remembered_jobs 3$/m);
  });

  test.each<[string, HostEvent]>([
    ['another destination', job(1, withId(track(), 'm1'), { destinationId: 'dst-2' })],
    ['another workspace', job(1, withId(track(), 'm1'), { workspaceId: 'ws-2' })],
    ['another message, as of a host that counts from 1 again', job(1, withId(track(), 'm2'))],
    ['another job', job(2, withId(track(), 'm1'))],
    [
      'another data center',
      job(1, withId(track(), 'm1'), {}, { ...DESTINATION, Config: { ...CONFIG, dataCenter: 'EU' } }),
    ],
  ])('%s is another job', async (_name, other) => {
    const { route, simulator } = await world();
    await route([job(1, withId(track(), 'm1'))]);
    expect(statuses(await route([other]))).toEqual([299]);
    expect(simulator.state.events.total).toBe(2);
  });

  test.each([undefined, '', 5])(
    'with the message id %j the message itself is told apart',
    async (messageId) => {
      const { route, simulator } = await world();
      const event = (name: string): HostEvent => job(1, { ...track('u1', name), messageId });
      await route([event('a')]);
      await route([event('a')]);
      expect(simulator.state.events.total).toBe(1);
      await route([event('b')]);
      expect(simulator.state.events.total).toBe(2);
    },
  );

  test('without a job id nothing is remembered', async () => {
    const { route, simulator } = await world();
    const event = job(1, withId(track(), 'm1'), { jobId: undefined });
    await route([event]);
    await route([event]);
    expect(simulator.state.events.total).toBe(2);
  });

  test('what failed is run again: a refusal, and what may pass', async () => {
    const { route, simulator } = await world();
    for (const [status, answered] of [
      [400, 400],
      [500, 500],
      [429, 429],
    ]) {
      simulator.configure({ faults: [{ fault: { status: status! } }] });
      expect(statuses(await route([job(1, withId(track(), 'm1'))]))).toEqual([answered]);
    }
    simulator.configure({ faults: null });
    expect(statuses(await route([job(1, withId(track(), 'm1'))]))).toEqual([299]);
    expect(simulator.state.events.total).toBe(1);
  });

  test('behind a job that comes again an event that PX took is remembered, an identify is written again', async () => {
    const { route, simulator } = await world();
    // PX does not know u1, and refuses to create it: that may pass at the first attempt, and does not hold up what comes after it.
    simulator.configure({
      faults: [{ fault: { status: 400 }, when: ({ method, id }) => method === 'POST' && id === 'u1' }],
    });
    const batch = (attemptNum: number): HostEvent[] => [
      job(1, withId(identify('u1'), 'm1'), { attemptNum }),
      job(2, withId(track('u2'), 'm2'), { attemptNum }),
      job(3, withId(identify('u2', { title: 'newer' }), 'm3'), { attemptNum }),
    ];
    expect(statuses(await route(batch(0)))).toEqual([503, 500, 500]);
    expect(simulator.state.events.total).toBe(1);
    simulator.configure({ faults: null });
    simulator.reset('requests');
    expect(statuses(await route(batch(1)))).toEqual([299, 299, 299]);
    expect(simulator.state.events.total).toBe(1);
    // The update and the create of u1, and the update of u2.
    expect(simulator.requests.total).toBe(3);
  });

  test('an update is not answered from memory where an older one is written anew before it', async () => {
    const { route, simulator } = await world({ rememberedJobs: 1 });
    const batch = [
      job(1, withId(identify('u1', { title: 'older' }), 'm1')),
      job(2, withId(identify('u1', { title: 'newer' }), 'm2')),
      job(3, withId(identify('u3'), 'm3'), { userId: 'k3' }),
    ];
    // Only the latest is remembered.
    await route([batch[0]!, batch[2]!, batch[1]!]);
    expect(statuses(await route(batch))).toEqual([299, 299, 299]);
    expect(simulator.state.users.get('u1')).toMatchObject({ title: 'newer' });
  });

  test('an update that is answered as to come again is forgotten', async () => {
    const { route, simulator } = await world();
    const newer = job(2, withId(identify('u1', { title: 'newer' }), 'm2'));
    await route([newer]);
    // The older one has no destination at first: a fault that may pass.
    const older = withId(identify('u1', { title: 'older' }), 'm1');
    expect(statuses(await route([job(1, older, {}, null), newer]))).toEqual([500, 500]);
    expect(statuses(await route([job(1, older)]))).toEqual([299]);
    expect(statuses(await route([newer]))).toEqual([299]);
    expect(simulator.state.users.get('u1')).toMatchObject({ title: 'newer' });
  });

  test('an event overwrites nothing: an update after it is answered from memory, and so is it after an update', async () => {
    const { route, simulator } = await world();
    const [user, event] = [job(2, withId(identify('u1'), 'm2')), job(3, withId(track('u1'), 'm3'))];
    await route([user, event]);
    simulator.reset('requests');
    await route([job(4, withId(track('u1'), 'm4')), user]);
    expect(simulator.requests.total).toBe(1);
    await route([job(1, withId(identify('u1'), 'm1')), event]);
    expect(simulator.requests.total).toBe(2);
  });

  test('an update is written again after an older one that another batch is writing, and a copy of it waits for that', async () => {
    const { route, sent, release, sends } = await gated();
    const titled = (jobId: number, title: string): HostEvent =>
      job(jobId, withId(identify('u1', { title }), `m${jobId}`));
    const [older, newer] = [titled(1, 'older'), titled(2, 'newer')];
    const done = route([newer]);
    await sends(1);
    release();
    await done;

    const other = route([older]);
    await sends(2);
    const both = route([older, newer]);
    await calm();
    release();
    await sends(3);
    let isCopyAnswered = false;
    const copy = route([newer]).finally(() => (isCopyAnswered = true));
    await calm();
    expect(isCopyAnswered).toBe(false);
    release();
    expect((await Promise.all([other, both, copy])).map(statuses)).toEqual([[299], [299, 299], [299]]);
    expect(sent).toEqual(['newer', 'older', 'newer']);
  });

  test('an update that another batch is writing is written again after an older one that comes later', async () => {
    const { route, sent, release, sends } = await gated();
    const titled = (jobId: number, title: string): HostEvent =>
      job(jobId, withId(identify('u1', { title }), `m${jobId}`));
    const first = route([titled(2, 'newer')]);
    await sends(1);
    // Under another key of the host's, so that their own order is PX's user's alone.
    const older = titled(1, 'older');
    const second = route([
      { ...older, metadata: { ...older.metadata, userId: 'key of the older' } },
      titled(2, 'newer'),
    ]);
    await calm();
    for (const count of [2, 3, 4]) {
      release();
      if (count < 4) await sends(count);
    }
    expect([statuses(await first), statuses(await second)]).toEqual([[299], [299, 299]]);
    expect(sent).toEqual(['newer', 'older', 'newer']);
  });

  test('it is remembered for 15 minutes', async () => {
    let laterMs = 0;
    const clock = { ...systemClock, nowMs: () => systemClock.nowMs() + laterMs };
    const { route, simulator } = await world({ router: { clock } });
    const event = job(1, withId(track(), 'm1'));
    await route([event]);
    laterMs = 14 * 60_000;
    await route([event]);
    expect(simulator.state.events.total).toBe(1);
    // Since it was answered the last time.
    laterMs += 15 * 60_000;
    await route([event]);
    expect(simulator.state.events.total).toBe(2);
  });

  test('a copy that comes while the first is running waits for its result', async () => {
    const here = await gated();
    const { route, sent, release, sends } = here;
    const batch = [job(1, withId(track('u1'), 'm1')), job(2, withId(identify('u2'), 'm2'), { userId: 'k2' })];
    const first = route(batch);
    await sends(2);
    const copyWaits = begun(2);
    const copy = route(batch);
    await copyWaits();
    release();
    expect(statuses(await first)).toEqual([299, 299]);
    expect(await copy).toEqual(await first);
    expect(sent).toHaveLength(2);
    expect(await repeated(here, 'running')).toBe(2);
  });

  test('a failure of the first is the result of the copy too, and later jobs of the key are held back in both', async () => {
    let fail!: () => void;
    const sent: string[] = [];
    const { route } = await world({
      router: { maxAttempts: 1 },
      fetch: (url) => {
        sent.push(url);
        return new Promise((resolve) => {
          fail = () => {
            resolve(new Response(null, { status: 500 }));
          };
        });
      },
    });
    const batch = [job(1, withId(identify('u1'), 'm1')), job(2, withId(track('u9'), 'm2'))];
    const first = route(batch);
    await until(() => sent.length === 1);
    const copyWaits = begun(3);
    const copy = route([...batch, job(3, withId(track('u8'), 'm3'))]);
    await copyWaits();
    fail();
    expect(statuses(await first)).toEqual([500, 500]);
    expect(statuses(await copy)).toEqual([500, 500, 500]);
    expect(sent).toHaveLength(1);
  });

  test('when the host’s connection breaks nothing new begins, and what is in flight is remembered', async () => {
    const here = await gated({ router: { concurrency: 1 } });
    const { service, route, sent, release, sends } = here;
    const { port } = await service.listen({ port: 0 });
    const batch = [1, 2].map((id) => job(id, withId(track(`u${id}`), `m${id}`), { userId: `k${id}` }));
    const broken = breakable(port, batch);
    await sends(1);
    broken.destroy();
    await until(async () => /^gainsight_px_plans_pending 1$/m.test((await here.get('/metrics')).text));
    release();
    await until(async () => /^gainsight_px_remembered_jobs 1$/m.test((await here.get('/metrics')).text));
    const again = route(batch);
    await sends(2);
    release();
    expect(statuses(await again)).toEqual([299, 299]);
    expect(sent).toEqual(['u1', 'u2']);
  });

  test('a copy runs by itself what the first did not begin when its host went away, in order', async () => {
    const here = await gated({ router: { concurrency: 1 } });
    const { service, route, sent, release, sends } = here;
    const { port } = await service.listen({ port: 0 });
    const batch = ['a', 'b', 'c'].map((title, at) => job(at, withId(identify('u1', { title }), `m${title}`)));
    const broken = breakable(port, batch);
    await sends(1);
    const copiesWait = begun(6);
    const copies = [route(batch), route(batch)];
    await copiesWait();
    broken.destroy();
    await until(async () => (await pendingPlans(here)) === 7);
    for (const count of [2, 3, 4]) {
      release();
      if (count < 4) await sends(count);
    }
    for (const copy of copies) expect(statuses(await copy)).toEqual([299, 299, 299]);
    expect(sent).toEqual(['a', 'b', 'c']);
  });
});

describe('a copy of what the first did not begin', () => {
  test('is run where nothing else of its key is', async () => {
    const here = await gated({ router: { concurrency: 1 } });
    const { service, route, sent, release, sends } = here;
    const { port } = await service.listen({ port: 0 });
    const batch = ['u1', 'u2'].map((id, at) => job(at, withId(track(id), `m${id}`), { userId: id }));
    const broken = breakable(port, batch);
    await sends(1);
    const copyWaits = begun(2);
    const copy = route(batch);
    await copyWaits();
    broken.destroy();
    await until(async () => (await pendingPlans(here)) === 3);
    release();
    await sends(2);
    release();
    expect(statuses(await copy)).toEqual([299, 299]);
    expect(sent).toEqual(['u1', 'u2']);
  });
});

describe('the processor route', () => {
  const bare = (event: HostEvent): HostEvent => ({
    ...event,
    metadata: { ...event.metadata, transformAt: undefined, attemptNum: undefined },
  });

  test('a batch that comes again is answered the same, and nothing is sent', async () => {
    const { post, simulator } = await world();
    const batch = [job(1, withId(identify(), 'm1')), job(2, withId(group(), 'm2')), job(3, track())].map(
      bare,
    );
    const first = await post(PROCESSOR, batch);
    const { total } = simulator.requests;
    expect((await post(PROCESSOR, batch)).text).toBe(first.text);
    expect(simulator.requests.total).toBe(total);
  });

  test('of a batch that is answered as a whole to come again, each is run again', async () => {
    const { post, simulator } = await world({ router: { maxAttempts: 1 } });
    simulator.configure({ faults: [{ fault: 'error-500', when: ({ id }) => id === 'u2' }] });
    const batch = [job(1, withId(identify(), 'm1')), job(2, withId(identify('u2'), 'm2'), { userId: 'k2' })];
    expect((await post(PROCESSOR, batch)).status).toBe(503);
    simulator.configure({ faults: null });
    simulator.reset('requests');
    expect((await post(PROCESSOR, batch)).status).toBe(200);
    expect(simulator.requests.byRoute['users.update']).toBe(2);
  });

  test('events that one job became, of one message id, are told apart', async () => {
    const { post, simulator } = await world();
    const split = ['u1', 'u2'].map((userId) => job(1, withId(identify(userId), 'm1'), { messageId: 'm1' }));
    expect((await post(PROCESSOR, split)).status).toBe(200);
    expect([...simulator.state.users.keys()].sort()).toEqual(['u1', 'u2']);
  });
});

describe('the delivery proxy', () => {
  const call = (item: Json, jobId = 1): Json => ({
    ...(item.batchedRequest as Json),
    metadata: [{ jobId, destinationId: 'dst-1', workspaceId: 'ws-1', attemptNum: 0 }],
    destinationConfig: CONFIG,
  });
  const status = async (answer: Promise<{ body: { output: { response: Json[] } } }>): Promise<unknown> =>
    (await answer).body.output.response[0]!.statusCode;

  test('a call that comes again is answered from memory; another job, and another message, are run', async () => {
    const { route, post, simulator } = await world({ mode: 'delivery' });
    const [one, other] = await route([job(1, withId(track(), 'm1')), job(2, withId(track(), 'm2'))]);
    expect(await status(post(PROXY, call(one!)))).toBe(200);
    expect(await status(post(PROXY, call(one!)))).toBe(200);
    expect(simulator.state.events.total).toBe(1);
    await post(PROXY, call(one!, 2));
    await post(PROXY, call(other!));
    expect(simulator.state.events.total).toBe(3);
  });

  test('an update that comes again is answered from memory, too', async () => {
    const { route, post, simulator } = await world({ mode: 'delivery' });
    const [user] = await route([job(1, withId(identify(), 'm1'))]);
    expect(await status(post(PROXY, call(user!)))).toBe(200);
    const { total } = simulator.requests;
    expect(await status(post(PROXY, call(user!)))).toBe(200);
    expect(simulator.requests.total).toBe(total);
  });

  test('after its time an event in flight is remembered when PX takes it; an update is written again', async () => {
    const { route, post, sent, release, sends, get } = await gated({ mode: 'delivery' });
    const [event, user] = await route([job(1, track('u1')), job(2, identify('u2', { title: 'u2' }))]);
    const hurry = { 'rdproxy-timeout': '1' };
    expect(await status(post(PROXY, call(event!), hurry))).toBe(504);
    expect(await status(post(PROXY, call(user!), hurry))).toBe(504);
    await sends(2);
    release();
    await until(async () => /^gainsight_px_plans_pending 0$/m.test((await get('/metrics')).text));
    expect(await status(post(PROXY, call(event!)))).toBe(200);
    const again = status(post(PROXY, call(user!)));
    await sends(3);
    release();
    expect(await again).toBe(200);
    expect(sent).toEqual(['u1', 'u2', 'u2']);
  });

  test('a copy that comes while the first is running waits for its result', async () => {
    const { route, post, sent, release, sends } = await gated({ mode: 'delivery' });
    const [event] = await route([job(1, track('u1'))]);
    const first = status(post(PROXY, call(event!)));
    await sends(1);
    const copyWaits = begun(1);
    const copy = status(post(PROXY, call(event!)));
    await copyWaits();
    release();
    expect([await first, await copy]).toEqual([200, 200]);
    expect(sent).toEqual(['u1']);
  });
});

describe('the memory itself', () => {
  test('is bounded, and forgets the oldest first', () => {
    const memory = new JobMemory({ maxJobs: 100, nowMs: () => 0, onRepeat: () => undefined });
    for (let at = 0; at < 1_000; at += 1) {
      memory.remember(`job ${at}`);
      expect(memory.size).toBeLessThanOrEqual(100);
      expect(memory.isDone(`job ${at}`)).toBe(true);
    }
    expect(memory.isDone('job 950')).toBe(true);
    expect(memory.isDone('job 890')).toBe(false);
  });

  test('frees what is too old, although nobody asks for it', () => {
    let nowMs = 0;
    const memory = new JobMemory({ maxJobs: 100, nowMs: () => nowMs, onRepeat: () => undefined });
    for (let at = 0; at < 50; at += 1) memory.remember(`job ${at}`);
    nowMs = 16 * 60_000;
    memory.remember('new');
    expect(memory.size).toBe(1);
  });

  test('what is done again is the youngest again', () => {
    let nowMs = 0;
    const memory = new JobMemory({ maxJobs: 100, nowMs: () => nowMs, onRepeat: () => undefined });
    memory.remember('again');
    memory.remember('once');
    nowMs = 10 * 60_000;
    memory.remember('again');
    nowMs = 16 * 60_000;
    memory.remember('new');
    expect([memory.isDone('again'), memory.size]).toEqual([true, 2]);
  });

  describe('a job that follows its copy', () => {
    const delivered: Outcome = { delivered: true, requests: [], retries: 0, mayBeDuplicate: false };
    const givenBack = failed(new RetryableError('cancelled', 'not sent'));
    const refused = failed(new AbortedError('rejected', 'no'));
    /** Jobs of one name: each that has a copy gets its outcome, or is run and ends as given. */
    function copies(messages: Json) {
      const memory = new JobMemory({ maxJobs: 100, nowMs: () => 0, onRepeat: () => undefined });
      const plan = process(messages, CONFIG);
      let runs = 0;
      const begin = (end: Promise<Outcome>, isAnew = false): Promise<Outcome> =>
        memory.begin(
          'job',
          plan,
          async (instead) => {
            const outcome = await instead?.();
            if (outcome === undefined) runs += 1;
            return outcome ?? end;
          },
          isAnew,
        );
      return { memory, begin, runs: () => runs };
    }
    const soon = (outcome: Outcome): Promise<Outcome> => Promise.resolve(outcome);

    test.each([delivered, refused])(
      'gets its outcome, although the copy before it was given back',
      async (outcome) => {
        const { begin, runs } = copies(identify());
        const first = begin(soon(givenBack));
        const followers = [begin(soon(outcome)), begin(soon(givenBack)), begin(soon(givenBack))];
        expect(await first).toBe(givenBack);
        expect(await Promise.all(followers)).toEqual([outcome, outcome, outcome]);
        expect(runs()).toBe(2);
      },
    );

    test('gets the outcome of the copy that was run anew', async () => {
      const { begin, runs } = copies(identify());
      const first = begin(new Promise(() => undefined));
      const [anew, last] = [begin(soon(delivered), true), begin(soon(refused))];
      expect(await Promise.all([anew, last])).toEqual([delivered, delivered]);
      expect(runs()).toBe(2);
      void first;
    });

    test('is answered from memory when another copy did it meanwhile', async () => {
      const { memory, begin, runs } = copies(identify());
      const first = begin(soon(givenBack));
      const follower = begin(soon(refused));
      memory.end('job', first);
      memory.remember('job');
      expect(await follower).toEqual(delivered);
      expect(runs()).toBe(1);
    });

    test('is run once its copies have ended', async () => {
      const { memory, begin, runs } = copies(identify());
      const first = begin(soon(delivered));
      const follower = begin(soon(refused));
      memory.end('job', first);
      expect(memory.isRunning('job')).toBe(true);
      memory.end('job', follower);
      expect(memory.isRunning('job')).toBe(false);
      expect([await follower, await begin(soon(refused))]).toEqual([delivered, refused]);
      expect(runs()).toBe(2);
    });

    test('an event that PX took is remembered at once', async () => {
      const { memory, begin } = copies(track());
      await begin(soon(refused));
      expect(memory.isDone('job')).toBe(false);
      await begin(soon(delivered), true);
      expect(memory.isDone('job')).toBe(true);
    });
  });

  test('a name is short, whatever it stands for', () => {
    const long = 'x'.repeat(100_000);
    const plan = process({ type: 'identify', userId: long }, CONFIG);
    const name = jobName('router', plan, [{ jobId: long, destinationId: long, workspaceId: long }], long);
    expect(name!.length).toBeLessThan(100);
  });
});
