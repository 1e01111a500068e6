import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Summary } from '../../src/cli/deliver/report/summary';
import type { FaultRule, Simulator } from '../../src/simulator/index';
import { asLines, cleanUp, jsonLines, startPx, tempFile } from './cli';
import { start, type Ended } from './deliver-process';

afterEach(cleanUp);

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 700_000));

/** Seeded random numbers from 0 to 1 (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const FAILING = new Set(['u7', 'u13']);

/** Every kind of message and of result; every event has a name of its own. */
function mixed(count: number): string {
  const random = seeded(7);
  const users = Array.from({ length: 60 }, (_, n) => `u${n}`);
  const lines: string[] = [];
  for (let n = 1; n <= count; n += 1) {
    const userId = users[Math.floor(random() * users.length)]!;
    // A group of a user who fails would hold back all users of its account.
    const kind = FAILING.has(userId) ? random() * 0.75 : random();
    if (kind < 0.5) lines.push(asLines({ type: 'track', userId, event: `e${n}` }));
    else if (kind < 0.75)
      lines.push(asLines({ type: 'identify', userId, traits: { title: `t${n}`, nothing: {} } }));
    else if (kind < 0.85)
      lines.push(asLines({ type: 'group', userId, groupId: `g${n % 5}`, traits: { name: `name ${n}` } }));
    else if (kind < 0.9) lines.push(asLines({ type: 'page', userId }));
    else if (kind < 0.93) lines.push('not json\n');
    else if (kind < 0.96) lines.push(asLines({ type: 'track', userId, event: ' ' }));
    else
      lines.push(
        asLines({
          batch: [
            { type: 'track', userId, event: `e${n}.1` },
            { type: 'track', userId: 'refused', event: `e${n}.2` },
            { type: 'identify', userId, traits: { title: `b${n}` } },
          ],
        }),
      );
  }
  return lines.join('');
}

/** The same in every run: what PX refuses for good, and what fails in a way that may pass. */
const FAULTS: FaultRule[] = [
  { fault: { status: 400 }, when: ({ id }) => id === 'refused' },
  { fault: 'error-500', when: ({ id = '' }) => FAILING.has(id) },
];

interface World {
  readonly simulator: Simulator;
  readonly argv: readonly string[];
  readonly input: string;
  readonly rejected: string;
  readonly checkpoint: string;
}

async function world(name: string, content: string | Buffer): Promise<World> {
  const { simulator, pxArgs } = await startPx({ latencyMs: 20, faults: FAULTS });
  const input = tempFile(name, '');
  writeFileSync(input, content);
  const rejected = path.join(path.dirname(input), 'rejected.jsonl');
  const limits = ['--requests-per-second', 'none', '--max-attempts', '1'];
  const argv = [input, '--json', '--progress', 'none', ...pxArgs, ...limits, '--rejected', rejected];
  return { simulator, argv, input, rejected, checkpoint: `${input}.gainsight-px-checkpoint` };
}

/** Kills the process with SIGKILL when PX has got so many requests of it. */
async function killedAfter(requests: number, { simulator, argv }: World): Promise<Ended> {
  const { child, ended } = start(argv);
  let left = requests;
  simulator.configure({
    faults: [
      () => {
        left -= 1;
        if (left === 0) child.kill('SIGKILL');
        return undefined;
      },
      ...FAULTS,
    ],
  });
  return ended;
}

function summaryOf({ code, stdout, stderr }: Ended): Summary {
  if (stdout === '') throw new Error(`no summary, exit code ${code}: ${stderr}`);
  return JSON.parse(stdout) as Summary;
}

/** Without times of the clock, and without what a kill changes. */
const settledOf = ({ messages, linksSkipped, dropped, warnings, rejected, goOnAfter }: Summary): unknown => ({
  messages,
  linksSkipped,
  dropped,
  warnings,
  byCode: rejected.byCode,
  first: rejected.first.map((note) => ({ ...note, mayHaveLanded: undefined })),
  inFile: rejected.inFile,
  goOnAfter,
});

const eventNames = ({ state }: Simulator): string[] =>
  state.events.list.map(({ eventName }) => eventName as string);

/** The same lines; that PX may have an event depends on the kills. */
const linesOf = (file: string): unknown[] =>
  jsonLines(readFileSync(file, 'utf8')).map(({ rejected, ...rest }) => ({
    ...rest,
    rejected: { ...(rejected as object), mayHaveLanded: undefined },
  }));

test.each([
  ['JSON lines', 'events.jsonl', (text: string): string | Buffer => text],
  ['gzip', 'events.jsonl.gz', (text: string): string | Buffer => gzipSync(text)],
])('a run over %s that is killed again and again ends as one that is not', async (_, name, pack) => {
  const random = seeded(SEED);
  const content = pack(mixed(3_000));
  const undisturbed = await world(name, content);
  const expected = await start(undisturbed.argv).ended;
  const killed = await world(name, content);
  let kills = 0;
  let ended = await killedAfter(Math.ceil(random() * 700), killed);
  for (; ended.signal === 'SIGKILL'; kills += 1) {
    expect(statSync(killed.checkpoint).mode & 0o777).toBe(0o600);
    ended = await killedAfter(kills < 3 ? Math.ceil(random() * 700) : Infinity, killed);
  }
  const [summary, usual] = [summaryOf(ended), summaryOf(expected)];
  const duplicates = eventNames(killed.simulator).length - new Set(eventNames(killed.simulator)).size;
  const facts = { SEED, duplicates, possible: summary.possibleDuplicates, runs: summary.runs };
  try {
    expect(settledOf(summary)).toEqual(settledOf(usual));
    expect(summary).toMatchObject({ resumed: true, runs: kills + 1, checkpoint: null, left: 0 });
    expect(killed.simulator.state.snapshot({ distinctEvents: true })).toEqual(
      undisturbed.simulator.state.snapshot({ distinctEvents: true }),
    );
    expect(linesOf(killed.rejected)).toEqual(linesOf(undisturbed.rejected));
    expect(summary.possibleDuplicates).toBeGreaterThanOrEqual(duplicates);
    expect(ended.code).toBe(expected.code);
    // Neither a checkpoint nor a lock nor half a file is left.
    const folder = path.dirname(killed.input);
    expect(readdirSync(folder).sort()).toEqual([name, 'rejected.jsonl'].sort());
  } catch (error) {
    (error as Error).message += `\n${JSON.stringify(facts)}`;
    throw error;
  }
  expect(existsSync(killed.checkpoint)).toBe(false);
});
