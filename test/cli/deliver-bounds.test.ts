import { Counts } from '../../src/cli/deliver/report/counts';
import { Pipeline } from '../../src/cli/deliver/run/pipeline';
import { Deferred403s } from '../../src/cli/deliver/run/deferred-403s';
import type { Rejection } from '../../src/cli/rejected/rejection';
import { StopRules } from '../../src/cli/deliver/run/stop-rules';
import { Stop } from '../../src/cli/deliver/run/stop';
import type { InputItem } from '../../src/cli/input/read-messages';
import { AbortedError } from '../../src/core/index';
import { compile } from '../../src/destinations/gainsight_px/index';
import type { Outcome, Router } from '../../src/router/index';
import { failed, NOTHING_SENT } from '../../src/router/run/outcome';
import { CONFIG } from './cli';

const DELIVERED: Outcome = { delivered: true, ...NOTHING_SENT };
const FORBIDDEN: Outcome = failed(
  new AbortedError('denied', 'no'),
  {
    ...NOTHING_SENT,
    requests: [
      {
        step: 's',
        route: 'events.create',
        effect: 'append',
        method: 'POST',
        status: 403,
        durationMs: 1,
        waitedMs: 0,
        verdict: 'denied',
      },
    ],
  },
  { status: 403 },
);

/** A run over so many messages, whose first has the given outcome and all others are delivered at once. */
function start(count: number, first: Promise<Outcome>, messageBytes = 100) {
  const counts = new Counts();
  const rejections: Rejection[] = [];
  let isFirst = true;
  const router: Partial<Router> = {
    deliver: () => {
      const outcome = isFirst ? first : Promise.resolve(DELIVERED);
      isFirst = false;
      return outcome;
    },
    ready: () => Promise.resolve(),
  };
  const sending = {
    to: 'px',
    router: router as Router,
    rules: new StopRules(new Stop(), () => undefined),
    deferred: new Deferred403s(),
  } as const;
  const delivery = new Pipeline({
    config: CONFIG,
    destination: compile(CONFIG),
    includeRefused: false,
    sending,
    counts,
    skip: 0,
    stop: new Stop(),
    checkpoint: undefined,
    onRejection: (rejection) => rejections.push(rejection) > 0,
  });
  const items = async function* (): AsyncGenerator<InputItem> {
    for (let line = 1; line <= count; line++) {
      const message = { type: 'track', userId: `u${line}`, event: 'e' };
      await Promise.resolve();
      yield { kind: 'message', position: { line }, message, refusal: undefined, bytes: messageBytes };
    }
  };
  return { counts, rejections, done: delivery.run(items()) };
}

/** Lets everything happen that needs no timer and no network. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('behind a message that takes long, only so many are read on', async () => {
  let answer: (outcome: Outcome) => void = () => undefined;
  const { counts, done } = start(51_000, new Promise((resolve) => (answer = resolve)));
  await settle();
  expect(counts.read).toBe(50_000);
  answer(DELIVERED);
  await done;
  expect(counts.delivered).toBe(51_000);
});

test('a message that is delivered no longer counts against the bytes that are held', async () => {
  const { counts, done } = start(1_000, Promise.resolve(DELIVERED), 32 * 1024 * 1024);
  await done;
  expect(counts.delivered).toBe(1_000);
});

test('a 403 that nothing explains does not hold the run up: it is for good once the window is full', async () => {
  const { counts, rejections, done } = start(51_000, Promise.resolve(FORBIDDEN));
  await done;
  expect(counts.delivered).toBe(50_999);
  expect(rejections).toMatchObject([{ code: 'denied', retryable: false }]);
});

test('a 403 that nothing explains until the end is worth sending again', async () => {
  const { rejections, done } = start(100, Promise.resolve(FORBIDDEN));
  await done;
  expect(rejections).toMatchObject([{ code: 'denied', retryable: true }]);
});

test('where a rejection stands, it is known how many messages before it were delivered, and so how many behind it', async () => {
  const answers: ((outcome: Outcome) => void)[] = [];
  const counts = new Counts();
  const seen: [number, number, number][] = [];
  const router: Partial<Router> = {
    deliver: () => new Promise((resolve) => answers.push(resolve)),
    ready: () => Promise.resolve(),
  };
  const deferred = new Deferred403s();
  const rules = new StopRules(new Stop(), () => undefined);
  const delivery = new Pipeline({
    config: CONFIG,
    destination: compile(CONFIG),
    includeRefused: false,
    sending: { to: 'px', router: router as Router, rules, deferred },
    counts,
    skip: 1,
    stop: new Stop(),
    checkpoint: undefined,
    onRejection: (_, { ordinal, deliveredBefore }) =>
      seen.push([ordinal, deliveredBefore, counts.delivered]) > 0,
  });
  const items = async function* (): AsyncGenerator<InputItem> {
    for (let line = 1; line <= 8; line++) {
      const integrations = { All: line !== 3 };
      const message = { type: 'track', userId: `u${line}`, event: 'e', integrations };
      await Promise.resolve();
      yield { kind: 'message', position: { line }, message, refusal: undefined, bytes: 1 };
    }
  };
  const done = delivery.run(items());
  await settle();
  const denied = failed(new AbortedError('denied', 'no'), NOTHING_SENT, { status: 400 });
  // The messages 2 and 4 to 8 are sent. All but 2 and 5 are delivered first.
  const [second, fourth, fifth, ...rest] = answers;
  for (const answer of [fourth!, ...rest]) answer(DELIVERED);
  fifth!(denied);
  await settle();
  expect(seen).toEqual([]);
  second!(DELIVERED);
  await done;
  expect(seen).toEqual([[5, 2, 5]]);
});
