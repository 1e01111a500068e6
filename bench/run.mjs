// All benchmarks, one command: `npm run bench`, or `npm run bench -- --short` to see that they run.
import { cpus } from 'node:os';
import { benchAllocation } from './allocation.mjs';
import { benchDeliver } from './deliver.mjs';
import { benchDryRun } from './dry-run.mjs';
import { benchMapping } from './mapping.mjs';

const short = process.argv.includes('--short');

console.log(
  `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}${short ? ', short form' : ''}`,
);
await benchMapping(short ? { rounds: 3, timeMs: 20 } : { rounds: 15, timeMs: 150 });
benchAllocation();
await benchDeliver({ rounds: short ? 1 : 5 });
await benchDryRun({ sizes: short ? [20_000] : [100_000, 1_000_000] });
