// `gainsight-px deliver --dry-run`: events per second and peak memory, with a short input and a long one.
// Memory must not grow.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Readable } from 'node:stream';
import { CONFIG, EVENTS } from './events.mjs';
import { trackLines } from './messages.mjs';

const COMMAND = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../dist/cjs/cli/main.js');

/** Prints a table with a row per size of input. */
export async function benchDryRun({ sizes }) {
  const folder = mkdtempSync(path.join(tmpdir(), 'gainsight-px-bench-'));
  const config = path.join(folder, 'config.json');
  const reporter = path.join(folder, 'report-memory.cjs');
  writeFileSync(config, JSON.stringify(CONFIG));
  // The measured process prints its own peak when it ends.
  writeFileSync(
    reporter,
    `process.on('exit', () => process.stderr.write('peak ' + process.resourceUsage().maxRSS + '\\n'));`,
  );
  const rows = {};
  for (const size of sizes) rows[`${size} track events`] = await dryRun(size, config, reporter);
  rmSync(folder, { recursive: true });
  console.log('\ndeliver --dry-run, read from the standard input');
  console.table(rows);
}

async function dryRun(size, config, reporter) {
  const args = [
    '--require',
    reporter,
    COMMAND,
    'deliver',
    '-',
    '--config',
    config,
    '--dry-run',
    '--json',
    '--progress',
    'none',
  ];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const out = [];
  const errors = [];
  child.stdout.on('data', (chunk) => out.push(chunk));
  child.stderr.on('data', (chunk) => errors.push(chunk));
  Readable.from(inChunks(trackLines(size, EVENTS.track))).pipe(child.stdin);
  await once(child, 'close');
  const { messages, durationMs } = JSON.parse(Buffer.concat(out));
  const peakKb = Number(/peak (\d+)/.exec(Buffer.concat(errors).toString())[1]);
  return {
    'events/s': Math.round((messages.read / durationMs) * 1000),
    'peak memory MB': Math.round(peakKb / 1024),
    rejected: messages.rejected,
  };
}

/** Joins lines to blocks of 64 KB or more, as a file arrives. */
function* inChunks(lines) {
  let block = '';
  for (const line of lines) {
    block += line;
    if (block.length > 65_536) {
      yield block;
      block = '';
    }
  }
  yield block;
}
