import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Counts } from '../../src/cli/deliver/report/counts';
import { Pauses } from '../../src/cli/deliver/run/pauses';
import { runDelivery } from '../../src/cli/deliver/run/session';
import { Stop } from '../../src/cli/deliver/run/stop';
import { summaryText } from '../../src/cli/deliver/report/summary-text';
import { summarize, type Summary } from '../../src/cli/deliver/report/summary';
import { MessageInput } from '../../src/cli/input/message-input';
import type { Fetch } from '../../src/router';
import type { SimulatorOptions } from '../../src/simulator/index';
import { asLines, cleanUp, cli, CONFIG, jsonLines, startCli, startPx, tempFile } from './cli';

afterEach(cleanUp);

const track = (n: number): object => ({ type: 'track', userId: `u${n}`, event: `e${n}` });
const identify = (n: number): object => ({ type: 'identify', userId: `u${n}`, traits: { title: `t${n}` } });
const many = (count: number, make: (n: number) => object): string =>
  asLines(...Array.from({ length: count }, (_, index) => make(index + 1)));

type Px = Awaited<ReturnType<typeof startPx>>;

interface Run {
  readonly input: string;
  readonly rejected: string;
  readonly argv: readonly string[];
}

/** A run over a file without a checkpoint, with a new rejected file. */
function runOver(text: string, pxArgs: readonly string[], ...argv: string[]): Run {
  const input = tempFile('events.jsonl', text);
  const rejected = path.join(path.dirname(input), 'rejected.jsonl');
  return {
    input,
    rejected,
    argv: ['deliver', input, '--no-checkpoint', '--json', ...pxArgs, '--rejected', rejected, ...argv],
  };
}

async function summaryOf({ argv }: Run): Promise<Summary> {
  const { code, stdout } = await cli(argv);
  expect(code).toBe(1);
  return JSON.parse(stdout) as Summary;
}

const emptySummary = (): Summary =>
  summarize({
    sentTo: 'px',
    files: [],
    counts: new Counts(),
    result: { wouldBe: undefined, left: 0, goOnAfter: 4, sentAgain: 400 },
    stop: new Stop(),
    rejectedFile: undefined,
    durationMs: 1,
    goOn: [],
    checkpoint: undefined,
  });

const notes = ({ rejected }: Run): unknown[] =>
  jsonLines(readFileSync(rejected, 'utf8')).map((line) => line.rejected);

/** Runs the commands that a summary names, and says what has come to PX in the end. */
async function goOn({ goOn: commands }: Summary): Promise<void> {
  for (const command of commands) {
    const words = command.split(' ').slice(1);
    expect(await cli(words)).toMatchObject({ code: 0 });
  }
}

/** Every event came, and none twice. */
function expectEachOnce({ simulator }: Px, count: number): void {
  const names = simulator.state.events.list.map(({ eventName }) => eventName as string);
  expect(names.sort()).toEqual(Array.from({ length: count }, (_, n) => `e${n + 1}`).sort());
}

test('a 401 ends the run: what was read is rejected as retryable, and the rest is named by --skip', async () => {
  const px = await startPx({ faults: [{ fault: { status: 401 }, route: 'events.create', nth: 5 }] });
  const run = runOver(many(1_300, track), px.pxArgs, '--concurrency', '1', '--requests-per-second', 'none');
  const summary = await summaryOf(run);
  expect(summary.stopped).toMatchObject({ reason: 'unauthorized' });
  expect(px.simulator.requests.total).toBe(5);
  expect(summary.messages.delivered).toBe(4);
  expect(summary.goOnAfter).toBeLessThan(1_300);
  expect(notes(run)).toHaveLength(summary.goOnAfter! - 4);
  expect(notes(run)[0]).toMatchObject({ line: 5, code: 'denied', retryable: true });
  expect(notes(run).every((note) => (note as { retryable: boolean }).retryable)).toBe(true);
  expect(summary.messages.retryable).toBe(summary.messages.rejected);
});

test('after a stop, the rejected file and --skip together bring every message to PX exactly once', async () => {
  const px = await startPx({ faults: [{ fault: { status: 401 }, route: 'events.create', nth: 40 }] });
  const run = runOver(many(1_200, track), px.pxArgs, '--requests-per-second', 'none');
  const summary = await summaryOf(run);
  expect(summary.goOn).toEqual([
    expect.stringContaining(`deliver ${run.rejected} `),
    expect.stringMatching(`deliver ${run.input} --skip ${summary.goOnAfter} .*rejected\\.3\\.jsonl$`),
  ]);
  await goOn(summary);
  expectEachOnce(px, 1_200);
});

test('nothing of a lane is sent after its 401, or a replay would overwrite it', async () => {
  const px = await startPx({ faults: [{ fault: { status: 401 }, route: 'users.update', nth: 1 }] });
  const run = runOver(asLines(...[1, 2, 3].map((n) => ({ ...identify(n), userId: 'ada' }))), px.pxArgs);
  const summary = await summaryOf(run);
  expect(px.simulator.requests.byRoute['users.update']).toBe(1);
  expect(notes(run)).toMatchObject([{ code: 'denied', retryable: true }]);
  expect(summary).toMatchObject({ left: 2, goOnAfter: 1 });
});

describe('403', () => {
  const forbidden = (...nth: number[]): SimulatorOptions => ({
    faults: [{ fault: 'html-403', route: 'events.create', nth }],
  });
  const firsts = (count: number): number[] => Array.from({ length: count }, (_, n) => n + 1);

  test('20 times in a row on one route ends the run, and all is worth sending again', async () => {
    const px = await startPx(forbidden(...firsts(20)));
    const run = runOver(many(50, track), px.pxArgs, '--concurrency', '1');
    const summary = await summaryOf(run);
    expect(summary.stopped).toMatchObject({ reason: 'forbidden' });
    expect(px.simulator.requests.total).toBe(20);
    expect(summary).toMatchObject({ messages: { delivered: 0, rejected: 20, retryable: 20 }, left: 30 });
    await goOn(summary);
    expectEachOnce(px, 50);
  });

  test('19 times in a row, twice, does not, and as others may use the route, they are refused for good', async () => {
    const px = await startPx(forbidden(...firsts(39).filter((nth) => nth !== 20)));
    const run = runOver(many(50, track), px.pxArgs, '--concurrency', '1');
    const summary = await summaryOf(run);
    expect(summary.stopped).toBeNull();
    expect(summary.messages).toMatchObject({ delivered: 12, rejected: 38, retryable: 0 });
    expect(notes(run)).toHaveLength(38);
  });

  test('of the last message is worth sending again, though the route was open to others before', async () => {
    const px = await startPx(forbidden(5));
    const run = runOver(many(5, track), px.pxArgs, '--concurrency', '1');
    const summary = await summaryOf(run);
    expect(summary.messages).toMatchObject({ delivered: 4, rejected: 1, retryable: 1 });
    await goOn(summary);
    expectEachOnce(px, 5);
  });

  test('on another route in between does not count', async () => {
    const px = await startPx({
      faults: [{ fault: 'html-403', route: ['users.update', 'events.create'] }],
    });
    const input = many(19, track) + many(19, identify);
    const summary = await summaryOf(runOver(input, px.pxArgs));
    expect(summary.stopped).toBeNull();
    // Nothing says that the key may use these routes: another key may.
    expect(summary.messages).toMatchObject({ rejected: 38, retryable: 38 });
  });

  test('is for good when newer data of the lane was delivered: a replay must not overwrite it', async () => {
    const px = await startPx({ faults: [{ fault: 'html-403', route: 'preferences.set' }] });
    const withPreferences = {
      type: 'identify',
      userId: 'ada',
      traits: { title: 'old', userPreferences: { surveys: false } },
    };
    const run = runOver(
      asLines(withPreferences, { type: 'identify', userId: 'ada', traits: { title: 'new' } }),
      px.pxArgs,
    );
    const summary = await summaryOf(run);
    expect(notes(run)).toMatchObject([{ line: 1, code: 'denied', retryable: false }]);
    expect(summary.messages.delivered).toBe(1);
  });
});

test('the daily quota ends the run; what was not sent is kept for tomorrow', async () => {
  const px = await startPx();
  const run = runOver(many(30, track), px.pxArgs, '--requests-per-day', '10', '--concurrency', '1');
  const summary = await summaryOf(run);
  expect(summary.stopped).toMatchObject({ reason: 'daily_quota_reached' });
  expect(px.simulator.requests.total).toBe(10);
  expect(summary).toMatchObject({ messages: { delivered: 10, rejected: 0 }, left: 20, goOnAfter: 10 });
});

describe('while PX asks to wait', () => {
  const later = (seconds: number, ...nth: number[]): SimulatorOptions => ({
    faults: [
      { fault: { status: 429, headers: { 'Retry-After': String(seconds) } }, nth, route: 'events.create' },
    ],
  });

  test('the run waits, and all of the input is delivered', async () => {
    const px = await startPx(later(1, 1, 2, 3, 4, 5, 6));
    // Six times in a row: without a pause that is waited for, one message more than may be attempted.
    const run = runOver(many(100, track), px.pxArgs, '--concurrency', '1', '--max-attempts', '2');
    const { code, stdout } = await cli(run.argv);
    expect(code).toBe(0);
    const summary = JSON.parse(stdout) as Summary;
    expect(summary.stopped).toBeNull();
    expect(summary.messages).toMatchObject({ delivered: 100, rejected: 0 });
    expect(px.simulator.requests.total).toBe(106);
  });

  test.each([429, 503])(
    '%d for longer than 15 minutes: the run ends, and nothing is burnt',
    async (status) => {
      const fault = { status, headers: { 'Retry-After': '901' } };
      const px = await startPx({ faults: [{ fault, nth: 11 }] });
      const run = runOver(
        many(2_000, track),
        px.pxArgs,
        '--requests-per-second',
        'none',
        '--concurrency',
        '1',
      );
      const summary = await summaryOf(run);
      expect(summary.stopped).toMatchObject({
        reason: 'throttled',
        message: 'PX asks to send nothing for 15 min 01 s: resume after that time',
      });
      expect(px.simulator.requests.total).toBe(11);
      expect(summary.messages).toMatchObject({ delivered: 10 });
      expect(summary.messages.rejected).toBe(summary.messages.retryable);
      await goOn(summary);
      expectEachOnce(px, 2_000);
    },
  );
});

describe.each(['SIGINT', 'SIGTERM'] as const)('%s', (signal) => {
  test('finishes what is in flight, and leaves nothing lost or to be sent twice', async () => {
    const px = await startPx();
    const run = runOver(many(1_200, track), px.pxArgs, '--requests-per-second', 'none');
    const running = startCli(run.argv);
    px.simulator.configure({
      faults: [
        () => {
          if (px.simulator.requests.total === 100) running.signal(signal);
          return undefined;
        },
      ],
    });
    const { code, stdout, stderr } = await running.ended;
    const summary = JSON.parse(stdout) as Summary;
    expect([code, summary.stopped?.reason]).toEqual([1, 'interrupted']);
    expect(stderr).toMatch(/finishing what is in flight; a second signal ends the run at once/);
    expect(summary.messages.delivered).toBe(px.simulator.state.events.total);
    expect(summary.messages.delivered).toBeLessThan(200);
    expect(summary.goOnAfter).toBe(summary.messages.delivered! + notes(run).length);
    await goOn(summary);
    expectEachOnce(px, 1_200);
  });

  test('a second one is left to the system, which ends the process at once', async () => {
    const px = await startPx({ latencyMs: 20 });
    const running = startCli(runOver(many(5, track), px.pxArgs).argv);
    let afterFirst: number | undefined;
    px.simulator.configure({
      faults: [
        () => {
          running.signal(signal);
          afterFirst ??= running.listeners();
          return undefined;
        },
      ],
    });
    await running.ended;
    expect(afterFirst).toBe(0);
  });
});

test('without a rejected file, --skip begins at the first message that the stop kept from PX', async () => {
  const px = await startPx({ faults: [{ fault: { status: 401 }, route: 'events.create', nth: 5 }] });
  const { stdout } = await cli(['deliver', '-', '--json', ...px.pxArgs, '--concurrency', '1'], {
    stdin: many(30, track),
  });
  expect(JSON.parse(stdout)).toMatchObject({
    goOnAfter: 4,
    goOn: [expect.stringContaining('deliver - --skip 4 ')],
  });
});

describe('after a stop without a rejected file, messages behind the first that was not delivered are sent again', () => {
  const stopped = async (...argv: string[]) => {
    const px = await startPx({ faults: [{ fault: { status: 401 }, route: 'events.create', nth: 3 }] });
    return { px, ran: await cli(['deliver', '-', ...px.pxArgs, ...argv], { stdin: many(30, track) }) };
  };

  test('the summary says how many, and how to avoid it', async () => {
    const { px, ran } = await stopped('--concurrency', '10', '--json');
    const summary = JSON.parse(ran.stdout) as Summary;
    const delivered = px.simulator.state.events.list.map(({ eventName }) =>
      Number(String(eventName).slice(1)),
    );
    const again = delivered.filter((n) => n > summary.goOnAfter!).length;
    expect(summary.sentAgain).toBe(again);
    expect(summary.messages.delivered).toBe(delivered.length);
  });

  test('in words', () => {
    const summary = {
      ...emptySummary(),
      goOn: ['gainsight-px deliver events.jsonl --skip 4'],
      sentAgain: 400,
    };
    expect(summaryText(summary, { width: 80, colours: false })).toContain(
      '  gainsight-px deliver events.jsonl --skip 4\n400 messages are delivered already, and this command sends them again: the events among them will be in PX twice. With --rejected from the beginning, a stopped run sends nothing again.\n',
    );
    expect(summaryText({ ...summary, sentAgain: 0 }, { width: 80, colours: false })).not.toContain(
      'again by it',
    );
  });
});

test('the daily quota is no reason to suggest another value of it', async () => {
  const px = await startPx();
  const run = runOver(many(30, track), px.pxArgs, '--requests-per-day', '10', '--concurrency', '1');
  const { stdout } = await cli(run.argv.filter((word) => word !== '--json'));
  expect(stdout).toContain(
    'Stopped: the daily quota of requests (--requests-per-day) is used up: resume after 24 h 10 min.',
  );
  const values = [...stdout.matchAll(/--requests-per-day (\S+)/g)].map(([, value]) => value);
  expect(new Set(values)).toEqual(new Set(['10']));
});

test('what a stop kept from PX is told in plain words', async () => {
  const px = await startPx({ faults: [{ fault: { status: 401 }, route: 'users.update', nth: 1 }] });
  // The last one is sent, so that those before it cannot be left for --skip.
  const ada = (n: number): object => ({ ...identify(n), userId: 'ada' });
  const run = runOver(asLines(ada(1), ada(2), ada(3), track(4)), px.pxArgs);
  await summaryOf(run);
  const reasons = notes(run).filter((note) => (note as { code: string }).code === 'cancelled');
  expect(reasons.slice(0, 2)).toMatchObject([
    { reason: 'not sent: the run was stopped' },
    { reason: 'not sent: the run was stopped' },
  ]);
});

test('what an earlier failure holds up is told in plain words', async () => {
  const px = await startPx({ faults: [{ fault: 'error-500', route: 'users.update', nth: 1 }] });
  const run = runOver(
    many(2, (n) => ({ ...identify(n), userId: 'ada' })),
    px.pxArgs,
    '--max-attempts',
    '1',
  );
  await summaryOf(run);
  expect(notes(run)).toMatchObject([
    { code: 'unavailable' },
    {
      code: 'blocked',
      reason: 'not sent: an earlier message of the same user or account failed, and must be delivered first',
    },
  ]);
});

test('one rejection of each kind is shown first, in the order of the input', async () => {
  const px = await startPx({ faults: [{ fault: { status: 400 }, route: 'events.create' }] });
  const nameless = { type: 'track', userId: 'u', event: ' ' };
  const input = `${many(20, track)}${asLines(nameless, { type: 'identify' })}no json\n${asLines(nameless)}`;
  const run = runOver(input, px.pxArgs, '--concurrency', '20');
  const { rejected } = await summaryOf(run);
  expect(rejected.first.map(({ code, line }) => [code, line])).toEqual([
    ['rejected', 1],
    ['event_name_missing', 21],
    ['id_missing', 22],
    ['not_json', 23],
    ...[2, 3, 4, 5, 6, 7].map((line) => ['rejected', line]),
  ]);
});

describe('a run that PX forbids', () => {
  test.each([
    ['forbidden', { status: 403 }, 20],
    ['unauthorized', { status: 401 }, 1],
  ] as const)('(%s) sends nothing more of plans that it has begun', async (reason, answer, count) => {
    const stop = new Stop();
    const stopped = new Promise<void>((resolve) => {
      stop.onStop(() => {
        resolve();
      });
    });
    const sent: string[] = [];
    const respond = (status: number): Response =>
      new Response('{}', { status, headers: { 'content-type': 'application/json' } });
    const fetch = async (url: string, { method }: { method: string }): Promise<Response> => {
      const { pathname } = new URL(url);
      sent.push(`${method} ${pathname}`);
      if (pathname === '/v1/events/custom') return respond(answer.status);
      // Only when the run is stopped does PX say that it does not know the user.
      await stopped;
      return respond(404);
    };
    const input = tempFile(
      'events.jsonl',
      asLines(identify(0), ...Array.from({ length: count }, (_, n) => track(n + 1))),
    );
    const counts = new Counts();
    await runDelivery({
      input: MessageInput.open([input], { stdin: process.stdin }),
      config: CONFIG,
      sending: { fetch: fetch as unknown as Fetch, requestsPerSecond: Infinity, concurrency: count + 1 },
      rejectedFile: undefined,
      skip: 0,
      includeRefused: false,
      stop,
      counts,
      checkpoint: undefined,
      pauses: new Pauses(
        () => performance.now(),
        () => undefined,
      ),
    });
    expect(stop.reason).toBe(reason);
    expect(sent.filter((request) => request.endsWith('/users/u0'))).toEqual(['PUT /v1/users/u0']);
    expect(sent).not.toContain('POST /v1/users');
  });
});

test('the command to go on keeps the options of the call, and quotes what a shell would split', async () => {
  const config = tempFile("it's a config.json", CONFIG);
  const run = runOver(many(3, track), ['-c', config, '--simulate', '--simulate-fault', '401']);
  const summary = await summaryOf({ ...run, argv: [...run.argv, '--requests-per-day', 'none'] });
  const quoted = `'${config.replace("'", `'\\''`)}'`;
  expect(summary.goOn[0]).toBe(
    `gainsight-px deliver ${run.rejected} --config ${quoted} --no-checkpoint --simulate --requests-per-day none --json --rejected ${run.rejected.replace('.jsonl', '.2.jsonl')}`,
  );
});
