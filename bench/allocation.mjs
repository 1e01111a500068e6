// Bytes that one event's mapping allocates: the growth of a young generation so large that nothing is
// collected meanwhile.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { compile } from 'gainsight-px';
import { CONFIG, EVENTS } from './events.mjs';

const EVENTS_MEASURED = 20_000;
const NODE_FLAGS = ['--expose-gc', '--max-semi-space-size=256', '--min-semi-space-size=256'];
const HERE = fileURLToPath(import.meta.url);

/** Measures each kind of event in its own process, and prints a table. */
export function benchAllocation() {
  const rows = Object.keys(EVENTS).map((name) => {
    const child = spawnSync(process.execPath, [...NODE_FLAGS, HERE, name], { encoding: 'utf8' });
    if (child.status !== 0) throw new Error(`the measuring process failed: ${child.stderr}`);
    return [name, { 'bytes/event': Number(child.stdout) }];
  });
  console.log('\nallocation of process, compiled');
  console.table(Object.fromEntries(rows));
}

function measure(name) {
  const destination = compile(CONFIG);
  const event = JSON.parse(JSON.stringify(EVENTS[name]));
  for (let i = 0; i < EVENTS_MEASURED; i += 1) destination.process(event);
  globalThis.gc();
  const before = process.memoryUsage().heapUsed;
  for (let i = 0; i < EVENTS_MEASURED; i += 1) destination.process(event);
  return Math.round((process.memoryUsage().heapUsed - before) / EVENTS_MEASURED);
}

if (process.argv[1] === HERE) console.log(measure(process.argv[2]));
