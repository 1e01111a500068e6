// What the checkpoint costs `gainsight-px deliver`: with and without it in turn, to a simulated PX without latency.
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
/** Only the required keys. */
const CONFIG = { apiKey: '00000000-0000-0000-0000-000000000000', productTagKey: 'AP-EXAMPLE-2' };
const WAYS = { 'no checkpoint': ['--no-checkpoint'], checkpoint: [] };

/** Prints a table with a row for each way. */
export async function benchCheckpoint({ messages, rounds }) {
  const folder = mkdtempSync(path.join(tmpdir(), 'gainsight-px-bench-'));
  const input = path.join(folder, 'messages.jsonl');
  const config = path.join(folder, 'config.json');
  const reporter = path.join(folder, 'report-cpu.cjs');
  writeFileSync(input, `${mixedMessages(messages).join('\n')}\n`);
  writeFileSync(config, JSON.stringify(CONFIG));
  // The measured process prints its own processor time when it ends.
  writeFileSync(
    reporter,
    `process.on('exit', () => { const { user, system } = process.cpuUsage(); process.stderr.write('cpu ' + (user + system) / 1000 + '\\n'); });`,
  );
  const simulator = spawn(process.execPath, [COMMAND, 'simulate', '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface(simulator.stdout), 'line');
  const call = { input, config, reporter, origin: JSON.parse(line).origin };
  const results = { 'no checkpoint': [], checkpoint: [] };
  await deliver(call, []); // From now on PX knows every user.
  for (let round = 0; round < rounds; round += 1) {
    const ways = Object.keys(WAYS);
    for (const way of round % 2 === 0 ? ways : ways.reverse()) {
      results[way].push(await deliver(call, WAYS[way]));
    }
  }
  simulator.kill('SIGINT');
  await once(simulator, 'close');
  rmSync(folder, { recursive: true });

  console.log(`\ndeliver with and without a checkpoint: ${messages} mixed messages, no latency, no limit`);
  const plain = results['no checkpoint'];
  console.table(Object.fromEntries(Object.entries(results).map(([way, runs]) => [way, row(runs, plain)])));
}

async function deliver({ input, config, reporter, origin }, options) {
  const args = ['deliver', input, '--config', config, '--px-url', origin, '--json', '--progress', 'none'];
  const limits = ['--requests-per-second', 'none', '--requests-per-day', 'none'];
  const child = spawn(process.execPath, ['--require', reporter, COMMAND, ...args, ...limits, ...options], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, errors] = [[], []];
  child.stdout.on('data', (chunk) => out.push(chunk));
  child.stderr.on('data', (chunk) => errors.push(chunk));
  await once(child, 'close');
  const { durationMs, messages } = JSON.parse(Buffer.concat(out));
  const cpuMs = Number(/cpu ([\d.]+)/.exec(Buffer.concat(errors).toString())[1]);
  return { durationMs, cpuMs, delivered: messages.delivered };
}

function row(runs, plain) {
  // Each round is compared with its own neighbour: what disturbs the machine for a while disturbs both.
  const ratios = (key) => runs.map((run, round) => run[key] / plain[round][key]);
  const percent = (key) => Number(((median(ratios(key)) - 1) * 100).toFixed(1));
  return {
    delivered: median(runs.map(({ delivered }) => delivered)),
    'delivery ms': Math.round(median(runs.map(({ durationMs }) => durationMs))),
    'more time %': percent('durationMs'),
    'more processor time %': percent('cpuMs'),
    'spread %': spread(ratios('durationMs')),
  };
}
