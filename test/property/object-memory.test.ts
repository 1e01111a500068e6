import fc from 'fast-check';
import { FakeClock } from '../__mocks__/clock.fake';
import { eventTimesOf, process, type RudderMessage } from '../../src';
import { createRouter, type Outcome, type Router } from '../../src/router';
import { FakePxApi, type ScriptedAnswer } from '../__mocks__/px-api.fake';
import { PxObjects } from '../__mocks__/px-objects.fake';
import { at, CONFIG, MINUTE_MS, NOW_MS } from '../router/object-memory/setup';

type Json = Record<string, unknown>;

const VALUE = fc.constantFrom('a', 'b', 'c');
const traits = <const Names extends readonly string[]>(...names: Names) =>
  fc.record(Object.fromEntries(names.map((name) => [name, VALUE])) as Record<string, typeof VALUE>, {
    requiredKeys: [],
  });
const MINUTES = fc.integer({ min: -30, max: 0 });
const USER_ID = fc.constantFrom('u1', 'u2', 'u/3');
const GROUP_ID = fc.constantFrom('g1', 'g2');

const IDENTIFY = fc
  .record({ userId: USER_ID, minutes: MINUTES, said: traits('title', 'role', 'city', 'plan', 'accountId') })
  .map(({ userId, minutes, said }) => ({ type: 'identify', userId, minutes, traits: said as Json }));
const GROUP = fc
  .record({
    userId: USER_ID,
    groupId: GROUP_ID,
    minutes: MINUTES,
    said: traits('name', 'industry', 'city', 'tier'),
  })
  .map(({ userId, groupId, minutes, said }) => ({
    type: 'group',
    userId,
    groupId,
    minutes,
    traits: said as Json,
  }));
const MESSAGES = fc.array(fc.oneof(IDENTIFY, GROUP), { maxLength: 25 });

type Message = { readonly minutes: number } & RudderMessage;

/** What a body says: the value of each field, by a dotted path. */
function leavesOf(value: Json, prefix = ''): [string, unknown][] {
  return Object.entries(value).flatMap(([key, inner]) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? leavesOf(inner as Json, `${prefix}${key}.`)
      : [[prefix + key, inner] as [string, unknown]],
  );
}

/** What PX must hold: of each field the value of the newest event, and of several of one time the one that arrived last. */
function newestOf(messages: readonly Message[]): Map<string, unknown> {
  const newest = new Map<string, { readonly minutes: number; readonly value: unknown }>();
  for (const message of messages) {
    for (const { request, object } of process(message, CONFIG).steps.filter(isUpdate)) {
      for (const [field, value] of leavesOf(request.body as Json)) {
        if (field === 'identifyId') continue;
        const name = `${object!.kind} ${object!.id} ${field}`;
        const before = newest.get(name);
        if (before === undefined || before.minutes <= message.minutes)
          newest.set(name, { minutes: message.minutes, value });
      }
    }
  }
  return new Map([...newest].map(([name, { value }]) => [name, value]));
}

function isUpdate({ id }: { readonly id: string }): boolean {
  return id === 'updateUser' || id === 'updateAccount' || id === 'linkUser';
}

function heldBy({ users, accounts }: PxObjects): Map<string, unknown> {
  const kinds = { user: users, account: accounts };
  return new Map(
    Object.entries(kinds).flatMap(([kind, objects]) =>
      [...objects].flatMap(([id, object]) =>
        leavesOf(object).map(([field, value]): [string, unknown] => [`${kind} ${id} ${field}`, value]),
      ),
    ),
  );
}

class Run {
  readonly clock = new FakeClock(NOW_MS);
  readonly px = new PxObjects();
  readonly api: FakePxApi;
  readonly router: Router;

  constructor(
    hasMemory: boolean,
    answer: (index: number, answer: () => ScriptedAnswer) => ScriptedAnswer,
    maxAttempts: number,
  ) {
    this.api = new FakePxApi(this.clock, (request, index) => answer(index, () => this.px.answer(request)));
    this.router = createRouter({
      clock: this.clock,
      fetch: this.api.fetch,
      random: () => 0.5,
      maxAttempts,
      requestsPerSecond: Infinity,
      ...(hasMemory ? { skipUnchanged: { forMs: 60 * MINUTE_MS, maxObjects: 100 } } : {}),
    });
  }

  deliver(message: Message): Promise<Outcome> {
    const dated = { ...message, timestamp: at(message.minutes) };
    return this.router.deliver(process(dated, CONFIG), { eventTimes: eventTimesOf(dated) });
  }
}

it('PX ends with the newest value of each field, in whatever order messages arrive, with no more requests', async () => {
  await fc.assert(
    fc.asyncProperty(MESSAGES, fc.array(fc.integer({ min: 0, max: 50 })), async (messages, latencies) => {
      const answer = (index: number, answered: () => ScriptedAnswer): ScriptedAnswer => ({
        ...answered(),
        latencyMs: latencies[index % latencies.length] ?? 0,
      });
      const sent: number[] = [];
      for (const hasMemory of [false, true]) {
        const run = new Run(hasMemory, answer, 1);
        const outcomes = await run.clock.runUntil(
          Promise.all(messages.map((message) => run.deliver(message))),
        );
        expect(outcomes.filter(({ delivered }) => !delivered)).toEqual([]);
        sent.push(run.api.sent.length);
        if (!hasMemory) continue;
        const held = heldBy(run.px);
        const expected = newestOf(messages);
        expect(new Map([...expected.keys()].map((name) => [name, held.get(name)]))).toEqual(expected);
      }
      expect(sent[1]).toBeLessThanOrEqual(sent[0]!);
    }),
    { numRuns: 300 },
  );
});

/** What may go wrong with a request, before PX takes it or after. */
const FAULT = fc.constantFrom<(answer: () => ScriptedAnswer) => ScriptedAnswer>(
  () => ({ status: 500 }),
  () => ({ status: 429 }),
  () => ({ error: 'ECONNREFUSED' }),
  (answer) => (answer(), { status: 503 }),
  (answer) => (answer(), { error: 'ECONNRESET' }),
);

it('failures change nothing: PX ends as it does without a fault and without a memory', async () => {
  await fc.assert(
    fc.asyncProperty(
      MESSAGES,
      fc.array(fc.option(FAULT, { freq: 2 }), { maxLength: 40 }),
      fc.integer({ min: 1, max: 3 }),
      async (unordered, faults, maxAttempts) => {
        const messages = unordered.toSorted((a, b) => a.minutes - b.minutes);
        const states: Map<string, unknown>[] = [];
        for (const hasMemory of [false, true]) {
          const run = new Run(
            hasMemory,
            (index, answer) => ((hasMemory ? faults[index] : undefined) ?? ((take) => take()))(answer),
            maxAttempts,
          );
          for (const message of messages) {
            let outcome: Outcome;
            do outcome = await run.clock.runUntil(run.deliver(message));
            while (!outcome.delivered && outcome.retryable);
            expect(outcome).toMatchObject({ delivered: true });
          }
          states.push(heldBy(run.px));
        }
        expect(states[1]).toEqual(states[0]);
      },
    ),
    { numRuns: 300 },
  );
});
