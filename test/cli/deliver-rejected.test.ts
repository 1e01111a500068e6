import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Summary } from '../../src/cli/deliver/report/summary';
import type { FaultRule } from '../../src/simulator/index';
import { asLines, cleanUp, cli, CONFIG, jsonLines, KEY, startPx, tempFile } from './cli';

afterEach(cleanUp);

const track = (userId: string, event: string): object => ({ type: 'track', userId, event });
const title = (userId: string, text: string): object => ({
  type: 'identify',
  userId,
  traits: { title: text },
});

/** A file that is not there yet, next to others of the test. */
const newFile = (name: string): string => path.join(path.dirname(tempFile('x', '')), name);

async function deliver(input: string, argv: readonly string[]): Promise<Summary & { code: number }> {
  const { code, stdout } = await cli(['deliver', '-', '--json', '--max-attempts', '1', ...argv], {
    stdin: input,
  });
  return { ...(JSON.parse(stdout) as Summary), code };
}

const events = (simulator: Awaited<ReturnType<typeof startPx>>['simulator']): unknown[] =>
  simulator.state.events.list.map(({ eventName }) => eventName);

/** Fails the event of this name. */
function failing(fault: FaultRule['fault'], ...nth: number[]): FaultRule {
  return { fault, route: 'events.create', nth };
}

test('what was not delivered stands in the rejected file, in the order of the input, with its reason', async () => {
  const { pxArgs } = await startPx({ faults: [failing('error-500', 1), failing('redirect-302', 3)] });
  const rejected = newFile('rejected.jsonl');
  const input = `${asLines(track('a', '1'), track('b', '2'), track('c', '3'), track('d', ' '))}{"n":\n${asLines(
    { batch: [track('e', '4'), 5] },
  )}`;
  const summary = await deliver(input, [...pxArgs, '--rejected', rejected, '--concurrency', '1']);
  const text = readFileSync(rejected, 'utf8');
  expect(jsonLines(text)).toEqual([
    {
      rejected: {
        code: 'unavailable',
        reason: expect.any(String),
        retryable: true,
        mayHaveLanded: true,
        line: 1,
      },
      message: track('a', '1'),
    },
    {
      rejected: { code: 'unavailable', reason: expect.any(String), retryable: true, line: 3 },
      message: track('c', '3'),
    },
    {
      rejected: { code: 'event_name_missing', reason: expect.any(String), retryable: false, line: 4 },
      message: track('d', ' '),
    },
    {
      rejected: { code: 'not_json', reason: 'the line is not valid JSON', retryable: false, line: 5 },
      text: '{"n":',
    },
    {
      rejected: {
        code: 'event_not_object',
        reason: expect.any(String),
        retryable: false,
        line: 6,
        at: 'batch[1]',
      },
      message: 5,
    },
  ]);
  expect(text).not.toContain(KEY);
  expect(summary).toMatchObject({ code: 1, messages: { delivered: 2, rejected: 5, retryable: 2 } });
});

test('the order of the file is that of the input though the first message failed last', async () => {
  const { simulator, pxArgs } = await startPx();
  simulator.configure({
    faults: [
      { fault: { delayMs: 40 }, route: 'users.update', nth: 1 },
      { fault: 'error-500', route: 'users.create' },
    ],
  });
  const rejected = newFile('rejected.jsonl');
  await deliver(asLines(title('slow', '1'), track('b', ' '), title('quick', '2')), [
    ...pxArgs,
    '--rejected',
    rejected,
  ]);
  expect(
    jsonLines(readFileSync(rejected, 'utf8')).map((line) => (line.rejected as { line: number }).line),
  ).toEqual([1, 2, 3]);
});

test('a rejected file can be given to deliver again: what is worth it is sent, the rest is skipped', async () => {
  const { simulator, pxArgs } = await startPx({ faults: [failing('error-500', 1)] });
  const [first, second] = [newFile('r.jsonl'), newFile('s.jsonl')];
  const input = `${asLines(track('a', 'again'), track('b', ' '))}no json\n`;
  const before = await deliver(input, [...pxArgs, '--rejected', first]);
  expect(before.goOn).toHaveLength(1);
  expect(before.goOn[0]).toMatch(
    new RegExp(`^gainsight-px deliver ${first} .*--rejected ${first.replace('r.jsonl', 'r.2.jsonl')}$`),
  );

  const { code, stdout } = await cli(['deliver', first, '--json', ...pxArgs, '--rejected', second]);
  // What stays refused is still not delivered.
  expect([code, JSON.parse(stdout)]).toMatchObject([
    1,
    { messages: { read: 3, delivered: 1, rejected: 0, skipped: { refusedBefore: 2 } }, goOn: [] },
  ]);
  expect(events(simulator)).toEqual(['again']);
  expect(readFileSync(second, 'utf8')).toBe('');
});

describe('an event that may have come to PX though no answer said so', () => {
  const lost = (...nth: number[]): FaultRule => failing('destroy-after-write', ...nth);
  const notesIn = (file: string): unknown[] =>
    jsonLines(readFileSync(file, 'utf8')).map((line) => line.rejected);

  test('is marked in the rejected file, and counted when a replay delivers it', async () => {
    const { simulator, pxArgs } = await startPx({ faults: [lost(1), failing('redirect-302', 2)] });
    const rejected = newFile('r.jsonl');
    const argv = [...pxArgs, '--concurrency', '1'];
    const before = await deliver(asLines(track('a', '1'), track('b', '2')), [
      ...argv,
      '--rejected',
      rejected,
    ]);
    expect(before.possibleDuplicates).toBe(0);
    expect(notesIn(rejected)).toEqual([
      expect.objectContaining({ code: 'unreachable', retryable: true, mayHaveLanded: true }),
      expect.not.objectContaining({ mayHaveLanded: true }),
    ]);
    const after = await deliver(readFileSync(rejected, 'utf8'), argv);
    expect(after).toMatchObject({ code: 0, messages: { delivered: 2 }, possibleDuplicates: 1 });
    expect(events(simulator)).toEqual(['1', '1', '2']);
  });

  test('stays marked when the replay does not deliver it either, whatever the reason', async () => {
    const { pxArgs } = await startPx({ faults: [lost(1), failing('redirect-302', 2)] });
    const [first, second] = [newFile('r.jsonl'), newFile('s.jsonl')];
    await deliver(asLines(track('a', '1')), [...pxArgs, '--rejected', first]);
    await deliver(readFileSync(first, 'utf8'), [...pxArgs, '--rejected', second]);
    expect(notesIn(second)).toMatchObject([{ code: 'unavailable', retryable: true, mayHaveLanded: true }]);
  });

  test('is counted once when the replay itself sends it twice', async () => {
    const { pxArgs } = await startPx({ faults: [lost(1, 2)] });
    const rejected = newFile('r.jsonl');
    await deliver(asLines(track('a', '1')), [...pxArgs, '--rejected', rejected]);
    const after = await deliver(readFileSync(rejected, 'utf8'), [...pxArgs, '--max-attempts', '2']);
    expect(after).toMatchObject({ code: 0, possibleDuplicates: 1 });
  });

  test.each(['empty-502', 'timeout-408'] as const)('is one after %s', async (fault) => {
    const { pxArgs } = await startPx({ faults: [failing(fault, 1)] });
    const { rejected } = await deliver(asLines(track('a', '1')), pxArgs);
    expect(rejected.first).toMatchObject([{ mayHaveLanded: true }]);
  });

  test('is none when nobody was there to take it', async () => {
    const { simulator, pxArgs } = await startPx();
    await simulator.close();
    const { rejected } = await deliver(asLines(track('a', '1')), pxArgs);
    expect(rejected.first).toMatchObject([{ code: 'unreachable', retryable: true }]);
    expect(rejected.first[0]).not.toHaveProperty('mayHaveLanded');
  });
});

test('after a retryable failure the rest of that lane is blocked, and a replay leaves the newest data', async () => {
  const { simulator, pxArgs } = await startPx({
    faults: [{ fault: 'error-500', route: 'users.update', nth: 2 }],
  });
  const rejected = newFile('rejected.jsonl');
  const input = asLines(title('ada', '1'), title('ada', '2'), title('ada', '3'), track('b', 'other'));
  const summary = await deliver(input, [...pxArgs, '--rejected', rejected]);
  expect(summary.rejected.byCode).toEqual([
    { code: 'unavailable', retryable: true, count: 1 },
    { code: 'blocked', retryable: true, count: 1 },
  ]);
  expect(simulator.state.users.get('ada')?.title).toBe('1');
  expect(events(simulator)).toEqual(['other']);

  expect((await cli(['deliver', rejected, ...pxArgs])).code).toBe(0);
  expect(simulator.state.users.get('ada')?.title).toBe('3');
});

test('a rejected file that holds something is never written over', async () => {
  const { simulator, pxArgs } = await startPx();
  const rejected = tempFile('rejected.jsonl', 'all that is left\n');
  const { code, stderr } = await cli(['deliver', '-', ...pxArgs, '--rejected', rejected], {
    stdin: asLines(track('a', 'e')),
  });
  expect([code, readFileSync(rejected, 'utf8')]).toEqual([2, 'all that is left\n']);
  expect(stderr).toMatch(/holds messages already: name a new file with --rejected/);
  expect(simulator.requests.total).toBe(0);
});

test('without --rejected a warning says so, and failures are counted and shown all the same', async () => {
  const { pxArgs } = await startPx();
  const { code, stdout, stderr } = await cli(['deliver', '-', ...pxArgs], {
    stdin: asLines(track('a', ' ')),
  });
  expect(code).toBe(1);
  expect(stderr).toBe('without --rejected, what is not delivered is only counted\n');
  expect(stdout).toMatch(/line 1: a track message needs a name/);
});

test.each(['--dry-run', '--simulate'])('with %s there is nothing to warn of', async (target) => {
  const { stderr } = await cli(['deliver', '-', target, '--config', tempFile('config.json', CONFIG)], {
    stdin: asLines(track('a', ' ')),
  });
  expect(stderr).toBe('');
});

test('a message nested 20,000 levels deep is refused, and stands whole in the file', async () => {
  const { pxArgs } = await startPx();
  const rejected = newFile('rejected.jsonl');
  const deep = `${'{"a":'.repeat(20_000)}[1,{"b":null},"é"]${'}'.repeat(20_000)}`;
  const message = `{"type":"track","userId":"a","event":"e","properties":${deep}}`;
  const summary = await deliver(`${message}\n`, [...pxArgs, '--rejected', rejected]);
  expect(summary.rejected.byCode).toEqual([{ code: 'nested_too_deep', retryable: false, count: 1 }]);
  expect(readFileSync(rejected, 'utf8').endsWith(`"message":${message}}\n`)).toBe(true);
});

test('when the rejected file cannot be written, the run ends, and --skip names all that is not in it', async () => {
  const { pxArgs } = await startPx();
  const input = asLines(track('a', 'e'), track('b', ' '), track('c', 'e'));
  // A device that takes no byte, as a full disk does.
  const { stopped, goOnAfter, code } = await deliver(input, [...pxArgs, '--rejected', '/dev/full']);
  expect([stopped?.reason, goOnAfter, code]).toEqual(['rejected_file_failed', 1, 1]);
  expect(stopped?.message).toMatch(/cannot write \/dev\/full \(ENOSPC\): make room/);
});

test('the input as its own rejected file is refused', async () => {
  const { pxArgs } = await startPx();
  const file = newFile('events.jsonl');
  writeFileSync(file, asLines(track('a', 'e')));
  expect((await cli(['deliver', file, ...pxArgs, '--rejected', file])).code).toBe(2);
  expect(readFileSync(file, 'utf8')).not.toBe('');
});
