// One rate limit, shared by four processes through Redis: `npm run bench -- redis`.
import { fork, type ChildProcess } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { createHistogram } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { openRedis } from '../src/redis';
import { startRedis, type RedisServer } from '../test/engines/redis-server';

const WORKER = path.join(__dirname, 'redis-worker.mjs');
const PROCESSES = 4;
const LIMIT = 180;
const LATENCY_MS = 20;
const CONCURRENCY = 20;
const SECOND_US = 1_000_000;
const FRESH_MS = 2_000;

interface Report {
  readonly leftUs: readonly number[];
  readonly codes: Readonly<Record<string, number>>;
}

interface Worker {
  readonly child: ChildProcess;
  readonly changes: string[];
  readonly ready: Promise<void>;
  readonly report: Promise<Report>;
}

const nowUs = (): number => Number(process.hrtime.bigint() / 1_000n);

/** @param during what happens to Redis while the processes send */
async function measure(
  name: string,
  seconds: number,
  during: (redis: RedisServer) => Promise<unknown>,
): Promise<void> {
  // Redis's own defaults: nothing waits for a disk.
  const redis = await startRedis(['--appendonly', 'no']);
  if (redis === undefined) return;
  const arrivedUs: number[] = [];
  const server = createServer((request, response) => {
    arrivedUs.push(nowUs());
    request.resume();
    setTimeout(() => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'), LATENCY_MS);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    const workers = Array.from({ length: PROCESSES }, () => startWorker(redis.url, origin));
    await Promise.all(workers.map(({ ready }) => ready));
    // A Redis without data grants nothing at first, and the first second is not full.
    await sleep(FRESH_MS + 1_000);
    const fromUs = nowUs();
    await Promise.all([sleep(seconds * 1_000), during(redis)]);
    const toUs = nowUs();
    for (const { child } of workers) child.send('stop');
    const reports = await Promise.all(workers.map(({ report }) => report));
    const leftUs = reports.flatMap(({ leftUs }) => leftUs).sort((one, other) => one - other);
    const used =
      leftUs.filter((us) => us >= fromUs && us < toUs).length / (LIMIT * ((toUs - fromUs) / SECOND_US));
    console.log(`\nredis, ${name}: ${PROCESSES} processes, ${LIMIT} requests per second, ${seconds} s`);
    console.table({
      'fullest second, leaving': fullest(leftUs),
      'fullest second, arriving': fullest(arrivedUs),
      'used of the limit, %': Math.round(used * 1_000) / 10,
      'per process': reports.map(({ leftUs }) => leftUs.length).join(' '),
      outcomes: JSON.stringify(sum(reports.map(({ codes }) => codes))),
    });
    for (const change of workers[0]!.changes) console.log(`  ${change}`);
  } finally {
    server.closeAllConnections();
    server.close();
    await redis.stop();
  }
}

function startWorker(url: string, origin: string): Worker {
  const child = fork(WORKER, [url, origin, String(LIMIT), String(CONCURRENCY)]);
  const began = nowUs();
  const changes: string[] = [];
  let [onReady, onReport] = [(): void => undefined, (_: Report): void => undefined];
  const ready = new Promise<void>((resolve) => (onReady = resolve));
  const report = new Promise<Report>((resolve) => (onReport = resolve));
  child.on('message', (message: 'ready' | { change: string } | Report) => {
    if (message === 'ready') onReady();
    else if ('change' in message)
      changes.push(`${((nowUs() - began) / SECOND_US).toFixed(1)} s: ${message.change}`);
    else onReport(message);
  });
  return { child, changes, ready, report };
}

function sum(counts: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const all: Record<string, number> = {};
  for (const count of counts) {
    for (const [key, value] of Object.entries(count)) all[key] = (all[key] ?? 0) + value;
  }
  return all;
}

/** What the grant of one request takes, when nothing has to wait. */
async function measureLatency(requests: number): Promise<void> {
  const redis = await startRedis(['--appendonly', 'no']);
  if (redis === undefined) return;
  const shared = (await openRedis({
    url: redis.url,
    env: {},
    requestsPerSecond: 1_000_000,
    requestsPerDay: 1_000_000_000,
  }))!;
  const limiter = shared.rateLimiter({ origin: 'https://api.example.com', keyFingerprint: '0' });
  await sleep(FRESH_MS);
  const histogram = createHistogram();
  for (let count = 0; count < requests; count += 1) {
    const began = nowUs();
    await limiter.acquire(new AbortController().signal);
    histogram.record(Math.max(1, nowUs() - began));
  }
  const [p50, p99] = [histogram.percentile(50), histogram.percentile(99)];
  console.log(`\nredis: a request waits for its grant ${p50} µs (p50), ${p99} µs (p99)`);
  await shared.close();
  await redis.stop();
}

function fullest(timesUs: readonly number[]): number {
  let first = 0;
  return timesUs.reduce((most, timeUs, index) => {
    while (timeUs - timesUs[first]! >= SECOND_US) first += 1;
    return Math.max(most, index - first + 1);
  }, 0);
}

async function run(seconds: number): Promise<void> {
  await measureLatency(100 * seconds);
  await measure('always there', seconds, () => Promise.resolve());
  await measure('paused for 5 s', seconds, async (redis) => {
    await sleep(5_000);
    redis.pause();
    await sleep(5_000);
    redis.resume();
  });
  await measure('killed for 5 s, its data lost', seconds, async (redis) => {
    await sleep(5_000);
    await redis.kill();
    await sleep(5_000);
    await redis.start();
  });
}

void run(process.argv.includes('--short') ? 3 : 20);
