import { Feed } from '../../../src/web/live/feed';
import type { LiveState } from '../../../src/web/live/live-state';
import { liveAnswer, liveEvent, liveNow } from './live-data';

interface Question {
  readonly url: string;
  readonly init: RequestInit;
  answer(status: number, body: unknown): Promise<void>;
  fail(): Promise<void>;
}

/** A feed whose service and clock are the test. An answer may still come when nobody waits for it. */
function world() {
  const questions: Question[] = [];
  const timers: { ms: number; callback: () => void }[] = [];
  let state: LiveState | undefined;
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  const feed = new Feed({
    fetch: (url, init) =>
      new Promise((resolve, reject) => {
        questions.push({
          url,
          init,
          answer: async (status, body) => {
            resolve(new Response(JSON.stringify(body), { status }));
            await settle();
          },
          fail: async () => {
            reject(new TypeError('Failed to fetch'));
            await settle();
          },
        });
      }),
    after: (ms, callback) => {
      const timer = { ms, callback };
      timers.push(timer);
      return () => {
        const at = timers.indexOf(timer);
        if (at !== -1) timers.splice(at, 1);
      };
    },
    onState: (next) => {
      state = next;
    },
  });
  /** Lets the only timer of so many milliseconds fire. */
  const pass = async (ms: number): Promise<void> => {
    const [timer, ...others] = timers.filter((each) => each.ms === ms);
    expect([timer?.ms, others.length]).toEqual([ms, 0]);
    timers.splice(timers.indexOf(timer!), 1);
    timer!.callback();
    await settle();
  };
  return { feed, questions, timers, pass, state: () => state!, last: () => questions.at(-1)! };
}

const ids = (state: LiveState): string[] => state.events.map(({ id }) => id);

test('asks each second for what came since, and shows the newest first', async () => {
  const { feed, questions, pass, state, last } = world();
  feed.start();
  expect(last().url).toBe('live/events');
  await last().answer(200, liveAnswer([liveEvent(1), liveEvent(2)], { cursor: 'a-2' }));
  expect(state().connection).toEqual({ state: 'open' });
  expect(ids(state())).toEqual(['a-2', 'a-1']);
  await pass(1_000);
  expect(last().url).toBe('live/events?after=a-2');
  await last().answer(200, liveAnswer([liveEvent(3)], { cursor: 'a-3' }));
  expect(ids(state())).toEqual(['a-3', 'a-2', 'a-1']);
  expect(questions).toHaveLength(2);
});

test('what did not fit into the first answer stays said, until the service forgets it', async () => {
  const { feed, pass, state, last } = world();
  const next = async (events: number[], left: number, kept: number): Promise<number> => {
    const found = events.map((n) => liveEvent(n));
    await last().answer(200, liveAnswer(found, { left, kept, bound: 10 }));
    return state().answer!.left;
  };
  feed.start();
  expect(await next([5, 6], 4, 6)).toBe(4);
  await pass(1_000);
  expect(await next([], 0, 6)).toBe(4);
  await pass(1_000);
  expect(await next([9], 2, 9)).toBe(6);
  await pass(1_000);
  // The service keeps ten: it has forgotten the two oldest.
  expect(await next([10, 11, 12], 0, 10)).toBe(4);
  feed.setFilters({ user: 'x', code: '', event: '' });
  await pass(250);
  expect(await next([5], 1, 10)).toBe(1);
});

test('keeps as many events as the service', async () => {
  const { feed, pass, state, last } = world();
  feed.start();
  await last().answer(
    200,
    liveAnswer(
      [1, 2, 3].map((n) => liveEvent(n)),
      { bound: 3 },
    ),
  );
  await pass(1_000);
  await last().answer(200, liveAnswer([liveEvent(4)], { bound: 3 }));
  expect(ids(state())).toEqual(['a-4', 'a-3', 'a-2']);
});

test('a lost connection is shown, tried again ever less often, and continued', async () => {
  const { feed, pass, state, last } = world();
  feed.start();
  await last().answer(200, liveAnswer([liveEvent(1)], { cursor: 'a-1' }));
  await pass(1_000);
  for (const wait of [1_000, 2_000, 5_000, 10_000, 10_000]) {
    await last().fail();
    expect(state().connection).toEqual({ state: 'lost', why: 'the service does not answer' });
    await pass(wait);
  }
  expect(ids(state())).toEqual(['a-1']);
  expect(last().url).toBe('live/events?after=a-1');
  await last().answer(200, liveAnswer([liveEvent(2)]));
  expect(state().connection).toEqual({ state: 'open' });
  expect(ids(state())).toEqual(['a-2', 'a-1']);
  await pass(1_000);
  await last().fail();
  await pass(1_000);
});

test.each([
  [500, { error: 'a defect' }, { state: 'lost', why: 'a defect' }],
  [503, {}, { state: 'lost', why: 'the service answered 503' }],
  [403, { error: 'set GAINSIGHT_PX_LIVE_TOKEN' }, { state: 'refused', why: 'set GAINSIGHT_PX_LIVE_TOKEN' }],
])('an answer with %i %j is shown, and asked again', async (status, body, connection) => {
  const { feed, pass, state, last } = world();
  feed.start();
  await last().answer(status, body);
  expect(state().connection).toEqual(connection);
  await pass(1_000);
  await last().answer(200, liveAnswer([]));
  expect(state().connection).toEqual({ state: 'open' });
});

test('an answer that is not JSON, and none within 10 s, count as lost', async () => {
  const { feed, pass, state, last, questions } = world();
  feed.start();
  await pass(10_000);
  expect(state().connection).toEqual({ state: 'lost', why: 'the service did not answer within 10 s' });
  expect(questions[0]!.init.signal!.aborted).toBe(true);
  await pass(1_000);
  await last().answer(200, liveAnswer([liveEvent(1)]));
  expect(ids(state())).toEqual(['a-1']);
});

test('a token is asked for once, sent with each question, and asked for again when it is wrong', async () => {
  const { feed, pass, timers, state, last } = world();
  feed.start();
  await last().answer(401, { error: 'x' });
  expect(state().connection).toEqual({ state: 'locked', wasRefused: false });
  expect(timers).toEqual([]);
  feed.setToken('wrong');
  await last().answer(401, { error: 'x' });
  expect(state().connection).toEqual({ state: 'locked', wasRefused: true });
  feed.setToken('right');
  expect(last().init.headers).toEqual({ authorization: 'Bearer right' });
  await last().answer(200, liveAnswer([]));
  await pass(1_000);
  expect(last().init.headers).toEqual({ authorization: 'Bearer right' });
  expect(last().url).not.toContain('right');
});

test('a pause stops the questions, and what came meanwhile is shown after it', async () => {
  const { feed, timers, state, last, questions } = world();
  feed.start();
  await last().answer(200, liveAnswer([liveEvent(1)], { cursor: 'a-1' }));
  feed.setPaused(true);
  expect([timers.length, state().isPaused]).toEqual([0, true]);
  feed.setPaused(false);
  expect(last().url).toBe('live/events?after=a-1');
  feed.setPaused(true);
  expect(last().init.signal!.aborted).toBe(true);
  expect(questions).toHaveLength(2);
});

test('filters ask anew, after the typing, also in a pause; an older answer does not count', async () => {
  const { feed, pass, state, last, questions } = world();
  feed.start();
  await last().answer(200, liveAnswer([liveEvent(1), liveEvent(2)]));
  await pass(1_000);
  const old = last();
  feed.setFilters({ user: ' u', code: '', event: '' });
  feed.setFilters({ user: ' u2 ', code: 'rej & co', event: '' });
  await old.answer(200, liveAnswer([liveEvent(9)]));
  expect(ids(state())).toEqual(['a-2', 'a-1']);
  feed.setPaused(true);
  feed.setFilters(state().filters);
  await pass(250);
  expect(last().url).toBe('live/events?user=u2&code=rej+%26+co');
  await last().answer(200, liveAnswer([liveEvent(2)]));
  expect(ids(state())).toEqual(['a-2']);
  expect(questions).toHaveLength(3);
});

test('a hidden page asks nothing, and asks at once when it is shown', async () => {
  const { feed, timers, last, questions } = world();
  feed.start();
  await last().answer(200, liveAnswer([]));
  feed.setHidden(true);
  expect(timers).toEqual([]);
  feed.setHidden(false);
  expect(questions).toHaveLength(2);
});

test('lags are kept for five minutes', async () => {
  const { feed, pass, state, last } = world();
  feed.start();
  const atMs = liveNow().atMs;
  await last().answer(200, liveAnswer([], { now: liveNow({ lagMs: { p50: 1, p95: 2, max: 3 } }) }));
  await pass(1_000);
  await last().answer(200, liveAnswer([], { now: liveNow({ atMs: atMs + 299_000 }) }));
  expect(state().lags).toEqual([
    { atMs, p50: 1, p95: 2 },
    { atMs: atMs + 299_000, p50: null, p95: null },
  ]);
  await pass(1_000);
  await last().answer(200, liveAnswer([], { now: liveNow({ atMs: atMs + 300_000 }) }));
  expect(state().lags.map((lag) => lag.atMs - atMs)).toEqual([299_000, 300_000]);
});
