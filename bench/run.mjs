// All benchmarks, one command: `npm run bench`, or `npm run bench -- --short` to see that they run.
import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { benchAllocation } from './allocation.mjs';
import { benchDeliver } from './deliver.mjs';
import { benchDryRun } from './dry-run.mjs';
import { benchMapping } from './mapping.mjs';
import { benchService } from './service.mjs';

const short = process.argv.includes('--short');
const here = path.dirname(fileURLToPath(import.meta.url));

console.log(
  `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}${short ? ', short form' : ''}`,
);
await benchMapping(short ? { rounds: 3, timeMs: 20 } : { rounds: 15, timeMs: 150 });
benchAllocation();
await benchDeliver({ rounds: short ? 1 : 5 });
await benchDryRun({ sizes: short ? [20_000] : [100_000, 1_000_000] });
await benchService(short ? { seconds: 1, starts: 1 } : { seconds: 10, starts: 5 });
// In TypeScript, because it plays the host with the tests' own simulator.
const host = spawnSync(process.execPath, ['--import', 'tsx', path.join(here, 'host.ts')], {
  stdio: 'inherit',
});
process.exitCode = host.status ?? 1;
