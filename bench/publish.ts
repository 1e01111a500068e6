// `publish` to a broker on this machine, with and without its checkpoint: `npm run bench -- publish`.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { startKafka } from '../test/engines/kafka-broker';
import { mixedMessages } from './messages.mjs';
import { median } from './statistics.mjs';

const COMMAND = path.join(__dirname, '../dist/cjs/cli/main.js');
const short = process.argv.includes('--short');
const MESSAGES = short ? 5_000 : 200_000;
const ROUNDS = short ? 1 : 5;
const PARTITIONS = '12';

interface Round {
  readonly seconds: number;
  /** Of the run itself, without the start of the process. */
  readonly perSecond: number;
}

async function publish(bootstrap: string, file: string, options: readonly string[]): Promise<Round> {
  const args = [
    'publish',
    file,
    '--brokers',
    bootstrap,
    '--topic',
    'bench',
    '--json',
    '--progress',
    'none',
    ...options,
  ];
  const startMs = performance.now();
  const child = spawn(process.execPath, [COMMAND, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  const seconds = (performance.now() - startMs) / 1_000;
  if (code !== 0) throw new Error(`publish ended with ${code}: ${stderr}`);
  const { durationMs } = JSON.parse(stdout) as { durationMs: number };
  return { seconds, perSecond: (MESSAGES / durationMs) * 1_000 };
}

async function bench(): Promise<void> {
  const broker = await startKafka();
  if (broker === undefined) return;
  const folder = mkdtempSync(path.join(tmpdir(), 'gainsight-px-bench-'));
  const file = path.join(folder, 'events.jsonl');
  writeFileSync(file, mixedMessages(MESSAGES).join('\n'));
  try {
    await publish(broker.bootstrap, file, ['--setup', '--partitions', PARTITIONS, '--no-checkpoint']);
    const variants = { 'with the checkpoint': [], 'without it': ['--no-checkpoint'] };
    const rounds: Record<string, Round[]> = {};
    // Interleaved, so that a slow moment of the machine meets both.
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [name, options] of Object.entries(variants)) {
        (rounds[name] ??= []).push(await publish(broker.bootstrap, file, options));
      }
    }
    console.log(
      `\npublish: ${MESSAGES} mixed messages, ${PARTITIONS} partitions, medians of ${ROUNDS} rounds`,
    );
    console.table(
      Object.entries(rounds).map(([name, of]) => ({
        publish: name,
        'messages/s': Math.round(median(of.map(({ perSecond }) => perSecond))),
        'whole process, s': Number(median(of.map(({ seconds }) => seconds)).toFixed(1)),
      })),
    );
  } finally {
    rmSync(folder, { recursive: true });
    await broker.stop();
  }
}

void bench();
