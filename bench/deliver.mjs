// `gainsight-px deliver`, from file to a simulated PX in its own process with 20 ms latency.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createInterface } from 'node:readline';
import { mixedMessages } from './messages.mjs';
import { median, spread } from './statistics.mjs';

const COMMAND = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../dist/cjs/cli/main.js');
const MESSAGES = 2000;
const LATENCY_MS = 20;
/** The default. */
const CONCURRENCY = 20;
/** Lifts the request limits, which would otherwise decide the result. */
const OPTIONS = ['--requests-per-second', 'none'];
/** Only the required keys. */
const CONFIG = { apiKey: '00000000-0000-0000-0000-000000000000', productTagKey: 'AP-EXAMPLE-2' };

/** Delivers to an empty PX, then to the same again, and prints a table. */
export async function benchDeliver({ rounds }) {
  const folder = mkdtempSync(path.join(tmpdir(), 'gainsight-px-bench-'));
  const messages = path.join(folder, 'messages.jsonl');
  const config = path.join(folder, 'config.json');
  writeFileSync(messages, `${mixedMessages(MESSAGES).join('\n')}\n`);
  writeFileSync(config, JSON.stringify(CONFIG));

  const results = { 'empty PX': [], 'all known': [] };
  for (let round = 0; round < rounds; round += 1) {
    const simulator = spawn(
      process.execPath,
      [COMMAND, 'simulate', '--latency-ms', String(LATENCY_MS), '--json'],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const [line] = await once(createInterface(simulator.stdout), 'line');
    const { origin } = JSON.parse(line);
    for (const state of Object.keys(results)) results[state].push(await deliver(messages, config, origin));
    simulator.kill('SIGINT');
    await once(simulator, 'close');
  }
  rmSync(folder, { recursive: true });

  console.log(
    `\ndeliver: ${MESSAGES} mixed messages, ${LATENCY_MS} ms latency, ${CONCURRENCY} in flight; the defaults and ${OPTIONS.join(' ')}`,
  );
  console.table(Object.fromEntries(Object.entries(results).map(([state, runs]) => [state, row(runs)])));
}

async function deliver(messages, config, origin) {
  const args = ['deliver', messages, '--config', config, '--px-url', origin, '--json', '--progress', 'none'];
  const started = performance.now();
  const child = spawn(process.execPath, [COMMAND, ...args, ...OPTIONS], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const chunks = [];
  child.stdout.on('data', (chunk) => chunks.push(chunk));
  await once(child, 'close');
  const processMs = performance.now() - started;
  return { ...JSON.parse(Buffer.concat(chunks)), processMs };
}

function row(runs) {
  const requests = runs.map((run) => run.requests.total);
  // The time of the requests alone, when every slot is always in use.
  const floors = requests.map((count) => (count * LATENCY_MS) / CONCURRENCY);
  const overFloor = runs.map((run, at) => run.durationMs / floors[at]);
  return {
    'requests/message': Number((median(requests) / MESSAGES).toFixed(3)),
    rejected: median(runs.map((run) => run.messages.rejected)),
    lost: MESSAGES - median(runs.map((run) => run.messages.delivered)),
    'delivery ms': Math.round(median(runs.map((run) => run.durationMs))),
    'floor ms': Math.round(median(floors)),
    '÷ floor': Number(median(overFloor).toFixed(2)),
    'spread %': spread(overFloor),
    'whole process ms': Math.round(median(runs.map((run) => run.processMs))),
  };
}
