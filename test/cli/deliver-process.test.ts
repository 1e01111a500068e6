import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { asLines, cleanUp, CONFIG, jsonLines, startPx, tempFile } from './cli';
import { COMMAND, start } from './deliver-process';

afterEach(cleanUp);

const track = (n: number): object => ({ type: 'track', userId: `u${n}`, event: `e${n}` });
const many = (count: number): string => asLines(...Array.from({ length: count }, (_, n) => track(n)));

test('the real command delivers its standard input, and ends by itself', async () => {
  const { simulator, pxArgs } = await startPx();
  const { child, ended } = start(['-', ...pxArgs]);
  child.stdin!.end(many(20));
  expect(await ended).toMatchObject({ code: 0, signal: null });
  expect(simulator.state.events.total).toBe(20);
});

test('a first SIGINT ends it in good order though its input never ends', async () => {
  const { simulator, pxArgs } = await startPx();
  const rejected = path.join(path.dirname(tempFile('x', '')), 'rejected.jsonl');
  const { child, ended } = start(['-', '--json', ...pxArgs, '--rejected', rejected]);
  simulator.configure({
    faults: [
      () => {
        if (simulator.requests.total === 5) child.kill('SIGINT');
        return undefined;
      },
    ],
  });
  child.stdin!.write(many(10));
  const { code, signal, stdout } = await ended;
  expect([code, signal]).toEqual([1, null]);
  const { messages, goOnAfter } = JSON.parse(stdout) as {
    messages: { delivered: number };
    goOnAfter: number;
  };
  const kept = jsonLines(readFileSync(rejected, 'utf8')).length;
  expect(messages.delivered).toBe(simulator.state.events.total);
  expect(messages.delivered + kept).toBe(goOnAfter);
});

test('a second SIGINT ends it at once', async () => {
  const { simulator, pxArgs } = await startPx();
  const { child, ended } = start(['-', ...pxArgs]);
  simulator.configure({
    faults: [
      () => {
        child.kill('SIGINT');
        return 'hang';
      },
    ],
  });
  child.stderr!.on('data', (chunk: Buffer) => {
    if (chunk.includes('a second signal ends the run at once')) child.kill('SIGINT');
  });
  child.stdin!.write(many(1));
  // Killed by the signal: what a shell reports as 130.
  expect(await ended).toMatchObject({ code: null, signal: 'SIGINT' });
});

test('who stops reading its output does not stop the delivery', async () => {
  const { simulator, pxArgs } = await startPx();
  const { child, ended } = start([tempFile('events.jsonl', many(50)), ...pxArgs]);
  child.stdout!.destroy();
  child.stderr!.destroy();
  expect((await ended).code).toBe(0);
  expect(simulator.state.events.total).toBe(50);
});

test('peak memory does not grow with the input', async () => {
  const config = tempFile('config.json', CONFIG);
  const peakOf = async (count: number): Promise<number> => {
    // Says at its end what it took at most.
    const probe = tempFile(
      'probe.cjs',
      "process.on('exit', () => process.stderr.write('peak ' + process.resourceUsage().maxRSS))",
    );
    const argv = ['-', '--dry-run', '--progress', 'none', '--config', config];
    const child = spawn(process.execPath, ['--require', probe, ...COMMAND, ...argv], {
      cwd: path.resolve(__dirname, '../..'),
    });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const text = many(1_000);
    for (let sent = 0; sent < count; sent += 1_000) {
      if (!child.stdin.write(text)) await new Promise((resolve) => child.stdin.once('drain', resolve));
    }
    child.stdin.end();
    await new Promise((resolve) => child.once('close', resolve));
    return Number(/peak (\d+)/.exec(said)?.[1]);
  };
  const few = await peakOf(20_000);
  const twentyTimes = await peakOf(400_000);
  // Kilobytes. The input has 20 MB; what the collector leaves lying is not told from what is kept otherwise.
  expect(twentyTimes).toBeLessThan(few * 1.5);
});
