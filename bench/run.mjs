// All benchmarks, one command: `npm run bench`, or `npm run bench -- --short` to see that they run.
import { cpus } from 'node:os';
import { benchAllocation } from './allocation.mjs';
import { benchMapping } from './mapping.mjs';

const short = process.argv.includes('--short');

console.log(
  `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}${short ? ', short form' : ''}`,
);
await benchMapping(short ? { rounds: 3, timeMs: 20 } : { rounds: 15, timeMs: 150 });
benchAllocation();
