import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { createSimulator } from '../../src/simulator';
import type { Summary } from '../../src/cli/deliver/report/summary';
import { asLines, cli, CONFIG, jsonLines, startCli, tempFile } from './cli';

/** A PX that is away: each request is answered with 503. It becomes a simulated PX when told to. */
async function startAway(): Promise<{ url: string; requests: () => number; comeBack: () => Promise<void> }> {
  const simulator = createSimulator();
  let requests = 0;
  let target: string | undefined;
  const server: Server = createServer((request, response) => {
    requests += 1;
    if (target === undefined) {
      request.resume();
      response.writeHead(503).end();
      return;
    }
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = 'GET', url = '/', headers } = request;
      const body = method === 'GET' ? undefined : Buffer.concat(chunks);
      const { 'content-type': type = '', 'x-aptrinsic-api-key': key = '' } = headers;
      const init = { method, headers: { 'content-type': type, 'x-aptrinsic-api-key': String(key) } };
      void fetch(`${target}${url}`, body === undefined ? init : { ...init, body }).then(async (answer) => {
        response.writeHead(answer.status, { 'content-type': 'application/json' });
        response.end(await answer.text());
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await simulator.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: () => requests,
    comeBack: async () => {
      target = (await simulator.listen()).origin;
    },
  };
}

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const track = (n: number): object => ({ type: 'track', userId: `u${n}`, event: `event ${n}` });
const many = (count: number): string => asLines(...Array.from({ length: count }, (_, n) => track(n)));

function argsOf(url: string, input: string, ...more: string[]): { argv: string[]; rejected: string } {
  const rejected = path.join(path.dirname(input), 'rejected.jsonl');
  const config = tempFile('config.json', CONFIG);
  const argv = ['deliver', input, '-c', config, '--px-url', url, '--rejected', rejected, '--json', ...more];
  return { argv, rejected };
}

describe('a PX that does not answer', () => {
  test('for longer than --retry-for: the run stops, copies nothing, and the same command resumes it', async () => {
    const px = await startAway();
    const input = tempFile('events.jsonl', many(2_000));
    const { argv, rejected } = argsOf(px.url, input, '--retry-for', '1s');
    const { code, stdout, stderr } = await cli(argv);
    expect(code).toBe(1);
    const summary = JSON.parse(stdout) as Summary;
    expect(summary.stopped).toMatchObject({ reason: 'outage' });
    expect(summary.messages).toMatchObject({ delivered: 0, rejected: 0 });
    expect(readFileSync(rejected, 'utf8')).toBe('');
    expect(px.requests()).toBeLessThan(1_000);
    expect(stderr).toContain('PX is not answering (503): waiting for it, for 1.0 s at most');
    expect(summary.goOn).toHaveLength(1);

    await px.comeBack();
    const second = await cli([...argv, '--requests-per-second', 'none']);
    expect(second.code).toBe(0);
    expect((JSON.parse(second.stdout) as Summary).messages).toMatchObject({ delivered: 2_000, rejected: 0 });
    expect(existsSync(rejected) && readFileSync(rejected, 'utf8')).toBe('');
  });

  test('without a checkpoint: only what was sent is rejected, and --skip names the rest', async () => {
    const px = await startAway();
    const input = tempFile('events.jsonl', many(2_000));
    const { argv, rejected } = argsOf(px.url, input, '--retry-for', '1s', '--no-checkpoint');
    const { code, stdout } = await cli(argv);
    expect(code).toBe(1);
    const { messages, goOn, goOnAfter, sentAgain } = JSON.parse(stdout) as Summary;
    const lines = jsonLines(readFileSync(rejected, 'utf8'));
    expect(messages.rejected).toBe(lines.length);
    expect(lines.length).toBeLessThanOrEqual(px.requests());
    expect(goOnAfter).toBe(lines.length);
    expect(sentAgain).toBe(0);
    expect(goOn.at(-1)).toContain(`--skip ${lines.length} `);
    expect(goOn.at(-1)).toContain('--retry-for 1s');
  });

  test('for a while: the run waits, and delivers everything', async () => {
    const px = await startAway();
    const input = tempFile('events.jsonl', many(300));
    const { argv } = argsOf(px.url, input, '--retry-for', '1m');
    const run = cli(argv);
    while (px.requests() < 25) await new Promise((resolve) => setImmediate(resolve));
    await px.comeBack();
    const { code, stdout, stderr } = await run;
    expect(code).toBe(0);
    expect((JSON.parse(stdout) as Summary).messages.delivered).toBe(300);
    expect(stderr === '' || stderr.includes('PX answers again')).toBe(true);
  });

  test('with --retry-for 0 each message is rejected after its attempts', async () => {
    const px = await startAway();
    const input = tempFile('events.jsonl', many(20));
    const { argv, rejected } = argsOf(px.url, input, '--retry-for', '0', '--max-attempts', '2');
    const { stdout } = await cli(argv);
    const summary = JSON.parse(stdout) as Summary;
    expect(summary.stopped).toBeNull();
    expect(summary.messages).toMatchObject({ rejected: 20, retryable: 20 });
    expect(jsonLines(readFileSync(rejected, 'utf8'))).toHaveLength(20);
  });
});

describe('the requests of a day', () => {
  test('are remembered when the run is resumed', async () => {
    const px = await startAway();
    await px.comeBack();
    const input = tempFile('events.jsonl', many(30));
    const { argv } = argsOf(px.url, input, '--requests-per-day', '10', '--concurrency', '1');
    const first = JSON.parse((await cli(argv)).stdout) as Summary;
    expect(first.stopped).toMatchObject({ reason: 'daily_quota_reached' });
    expect(first.messages).toMatchObject({ delivered: 10, rejected: 0 });

    const second = await cli(argv);
    const summary = JSON.parse(second.stdout) as Summary;
    expect(summary.stopped).toMatchObject({ reason: 'daily_quota_reached' });
    expect(px.requests()).toBe(10);
    expect(summary.messages.delivered).toBe(10);
    expect(second.stderr).toContain('all 10 requests of 24 hours (--requests-per-day) are used');

    const third = JSON.parse(
      (await cli(argv.map((word) => (word === '10' ? '15' : word)))).stdout,
    ) as Summary;
    expect(px.requests()).toBe(15);
    expect(third.messages.delivered).toBe(15);
  });

  test('a line says so at 80 % and at 100 %', async () => {
    const px = await startAway();
    await px.comeBack();
    const input = tempFile('events.jsonl', many(10));
    const { argv } = argsOf(px.url, input, '--requests-per-day', '10');
    const { code, stderr } = await cli(argv);
    expect(code).toBe(0);
    expect(stderr).toContain('8 of the 10 requests of 24 hours (--requests-per-day) are used\n');
    expect(stderr).toContain('all 10 requests of 24 hours (--requests-per-day) are used: the next one');
  });

  test('with --on-quota wait, the run waits; a signal ends that', async () => {
    const px = await startAway();
    await px.comeBack();
    const input = tempFile('events.jsonl', many(30));
    const { argv } = argsOf(px.url, input, '--requests-per-day', '10', '--on-quota', 'wait');
    const { ended, signal } = startCli(argv);
    while (px.requests() < 10) await new Promise((resolve) => setImmediate(resolve));
    signal('SIGTERM');
    const summary = JSON.parse((await ended).stdout) as Summary;
    expect(px.requests()).toBe(10);
    expect(summary.stopped).toMatchObject({ reason: 'interrupted' });
    expect(summary.messages).toMatchObject({ delivered: 10, rejected: 0 });
  });
});
