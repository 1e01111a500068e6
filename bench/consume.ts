// `consume` with 1, 2 and 4 workers, against a PX that answers after 20 ms: `npm run bench -- consume`.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { startKafka } from '../test/engines/kafka-broker';
import { mixedMessages } from './messages.mjs';

const COMMAND = path.join(__dirname, '../dist/cjs/cli/main.js');
const IO = path.join(__dirname, '../test/engines/kafka-io.mjs');
const PX = path.join(__dirname, 'px-floor.mjs');
const CONFIG = { apiKey: '00000000-0000-0000-0000-000000000000', productTagKey: 'AP-EXAMPLE-2' };
const PARTITIONS = 12;
const LIMIT = 180;
const MEGABYTE = 1024 * 1024;

const short = process.argv.includes('--short');
/** Enough for 10 s and more without a limit. */
const MESSAGES = short ? 4_000 : 60_000;
const SECONDS = short ? 3 : 15;

/** One line of the standard output at a time. */
function reader(child: ChildProcess): () => Promise<Record<string, unknown>> {
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  return async () => JSON.parse((await lines.next()).value as string) as Record<string, unknown>;
}

function peakMemoryMb(pid: number): number {
  const [, kilobytes] = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))!;
  return Math.round((Number(kilobytes) * 1024) / MEGABYTE);
}

async function measure(bootstrap: string, config: string, workers: number, limit: number | undefined) {
  const group = `bench-${workers}-${limit ?? 'none'}`;
  const px = spawn(process.execPath, [PX], { stdio: ['pipe', 'pipe', 'inherit'] });
  const next = reader(px);
  const { port } = await next();
  const total = async (): Promise<number> => {
    px.stdin!.write('\n');
    return (await next()).total as number;
  };
  const perWorker = limit === undefined ? 'none' : String(limit / workers);
  const args = [
    ...[COMMAND, 'consume', '--brokers', bootstrap, '--topic', 'bench', '--group', group, '--config', config],
    ...['--px-url', `http://127.0.0.1:${Number(port)}`, '--requests-per-second', perWorker],
    ...['--requests-per-day', 'none', '--concurrency', '50', '--log-level', 'error'],
  ];
  const children = Array.from({ length: workers }, () => spawn(process.execPath, args, { stdio: 'inherit' }));
  // All workers have their partitions: the last rebalance is over when every one of them sends.
  while ((await total()) < (limit ?? MESSAGES / 10)) await sleep(100);
  await sleep(limit === undefined ? 0 : 5_000);
  const [startMs, before] = [performance.now(), await total()];
  await sleep(SECONDS * 1_000);
  const [seconds, sent] = [(performance.now() - startMs) / 1_000, (await total()) - before];
  const memory = children.map(({ pid }) => peakMemoryMb(pid!));
  for (const child of children) child.kill('SIGTERM');
  await Promise.all(children.map((child) => once(child, 'close')));
  px.stdin!.end();
  await once(px, 'close');
  // Of the mixed messages, some need more than one request.
  const perMessage = REQUESTS / 2_000;
  return {
    workers,
    'limit, requests/s': limit ?? 'none',
    'requests/s': Math.round(sent / seconds),
    'messages/s': Math.round(sent / seconds / perMessage),
    'used of the limit, %': limit === undefined ? '' : Math.round((sent / seconds / limit) * 1_000) / 10,
    'peak MB of a worker': Math.max(...memory),
  };
}

/** Requests of 2,000 mixed messages where PX knows every user and account. */
const REQUESTS = mixedMessages(2_000).reduce(
  (sum, line) => sum + (line.includes('"type":"group"') ? 2 : 1),
  0,
);

async function main(): Promise<void> {
  const kafka = await startKafka();
  if (kafka === undefined) return;
  const folder = mkdtempSync(path.join(tmpdir(), 'gainsight-px-bench-'));
  const config = path.join(folder, 'config.json');
  writeFileSync(config, JSON.stringify(CONFIG));
  const io = (words: readonly string[], input = ''): void => {
    const { status } = spawnSync(process.execPath, [IO, kafka.bootstrap, ...words], {
      input,
      stdio: ['pipe', 'inherit', 'inherit'],
    });
    if (status !== 0) throw new Error(`kafka-io ${words[0]} ended with ${status}`);
  };
  try {
    io(['create', 'bench', String(PARTITIONS), 'bench.dead-letters', '1']);
    const records = mixedMessages(MESSAGES).map((value) => {
      const { userId } = JSON.parse(value) as { userId: string };
      return `${JSON.stringify({ topic: 'bench', key: userId, value })}\n`;
    });
    io(['produce'], records.join(''));
    const rows = [];
    for (const limit of [undefined, LIMIT]) {
      for (const workers of [1, 2, 4]) rows.push(await measure(kafka.bootstrap, config, workers, limit));
    }
    console.log(`\nconsume: ${PARTITIONS} partitions, PX answers after 20 ms, ${SECONDS} s each`);
    console.table(rows);
  } finally {
    await kafka.stop();
    rmSync(folder, { recursive: true });
  }
}

void main();
