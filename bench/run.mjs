// Runs all benchmarks: `npm run bench`. `npm run bench -- service host` runs some of them; `--short` only
// checks that they run.
import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { benchAllocation } from './allocation.mjs';
import { benchCheckpoint } from './checkpoint.mjs';
import { benchDeliver } from './deliver.mjs';
import { benchDryRun } from './dry-run.mjs';
import { benchMapping } from './mapping.mjs';
import { benchMemory } from './memory.mjs';
import { benchService, benchWorkers } from './service.mjs';

const words = process.argv.slice(2);
const short = words.includes('--short');
const wanted = words.filter((word) => word !== '--short');
const here = path.dirname(fileURLToPath(import.meta.url));

const PARTS = {
  mapping: async () => {
    await benchMapping(short ? { rounds: 3, timeMs: 20 } : { rounds: 15, timeMs: 150 });
    benchAllocation();
  },
  deliver: () => benchDeliver({ rounds: short ? 1 : 5 }),
  memory: () => benchMemory({ rounds: short ? 3 : 15 }),
  checkpoint: () => benchCheckpoint(short ? { messages: 2_000, rounds: 1 } : { messages: 20_000, rounds: 9 }),
  'dry-run': () => benchDryRun({ sizes: short ? [20_000] : [100_000, 1_000_000] }),
  service: () => benchService(short ? { seconds: 1, starts: 1 } : { seconds: 10, starts: 5 }),
  workers: () => benchWorkers({ seconds: short ? 1 : 10 }),
  // In TypeScript, because they use the simulated host and the engines of the tests.
  host: () => runTypeScript('host.ts'),
  redis: () => runTypeScript('redis.ts'),
  publish: () => runTypeScript('publish.ts'),
  consume: () => runTypeScript('consume.ts'),
};

function runTypeScript(name) {
  const words = ['--import', 'tsx', path.join(here, name), ...(short ? ['--short'] : [])];
  const { status } = spawnSync(process.execPath, words, { stdio: 'inherit' });
  if (status !== 0) process.exitCode = status ?? 1;
}

const unknown = wanted.find((part) => !Object.hasOwn(PARTS, part));
if (unknown !== undefined) {
  console.error(`no such part: ${unknown}; there are ${Object.keys(PARTS).join(', ')}`);
  process.exit(2);
}
console.log(
  `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}${short ? ', short form' : ''}`,
);
for (const [name, run] of Object.entries(PARTS)) {
  if (wanted.length === 0 || wanted.includes(name)) await run();
}
