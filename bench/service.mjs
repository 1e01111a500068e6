// The service over loopback: the processor route with 8 connections, compared with a baseline of the same
// run; start time and memory.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';
import { BATCHES, EVENT_BYTES, EVENTS_PER_BATCH } from './host-batches.mjs';
import { median } from './statistics.mjs';

const COMMAND = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../dist/cjs/cli/main.js');
const FLOOR = path.resolve(path.dirname(fileURLToPath(import.meta.url)), 'floor-server.mjs');
const ROUTE = '/v0/destinations/gainsight_px';
const CONNECTIONS = 8;

/** Prints the throughput and the baseline for both forms, then start time and memory. */
export async function benchService({ seconds, starts }) {
  const folder = mkdtempSync(path.join(tmpdir(), 'gainsight-px-bench-'));
  const service = await start((port) => [COMMAND, 'serve', '--port', port, '--log-level', 'silent']);
  const idleMb = memoryMb(service.child.pid);
  const rows = {};
  for (const [form, batch] of Object.entries(BATCHES)) {
    const replyFile = path.join(folder, `${form}.json`);
    writeFileSync(replyFile, await replyTo(service.port, batch));
    const measured = await load(service.port, batch, seconds);
    const floorServer = await start((port) => [FLOOR, port, replyFile]);
    const floor = await load(floorServer.port, batch, seconds);
    await stop(floorServer.child);
    rows[`${form}, ${Math.round(batch.body.length / 1024)} KB a batch`] = {
      'events/s': measured.eventsPerSecond,
      'p99 ms': measured.p99Ms,
      'p99 of the mean': measured.p99OfMean,
      errors: measured.errors,
      'floor events/s': floor.eventsPerSecond,
      'of the floor': Number((measured.eventsPerSecond / floor.eventsPerSecond).toFixed(2)),
    };
  }
  const loadedMb = memoryMb(service.child.pid);
  await stop(service.child);
  rmSync(folder, { recursive: true });

  console.log(
    `\nservice: processor route, ${EVENTS_PER_BATCH} track events of ${EVENT_BYTES} bytes a batch, ${CONNECTIONS} connections`,
  );
  console.table(rows);
  const startMs = [];
  for (let at = 0; at < starts; at += 1) {
    const again = await start((port) => [COMMAND, 'serve', '--port', port, '--log-level', 'silent']);
    startMs.push(again.startMs);
    await stop(again.child);
  }
  console.table({
    service: {
      'start to healthy ms': Math.round(median(startMs)),
      'idle MB': idleMb,
      'after load MB': loadedMb,
    },
  });
}

/** Prints what several processes on one port take, compared with one. The load generator shares the machine. */
export async function benchWorkers({ seconds }) {
  const rows = [];
  for (const workers of [1, 2]) {
    const options = ['--workers', String(workers), '--log-level', 'silent', '--grace-ms', '0'];
    const service = await start((port) => [COMMAND, 'serve', '--port', port, ...options]);
    const { eventsPerSecond, p99Ms, errors } = await load(service.port, BATCHES.plain, seconds);
    const memory = [service.child.pid, ...childrenOf(service.child.pid)].map(memoryMb);
    rows.push({
      workers,
      'events/s': eventsPerSecond,
      'p99 ms': p99Ms,
      errors,
      'MB of each process': memory.join(' '),
    });
    await stop(service.child);
  }
  console.log(
    `\nworkers: processor route, ${CONNECTIONS} connections, ${cpus().length} cores for service and load generator`,
  );
  console.table(rows);
}

function childrenOf(pid) {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return text === '' ? [] : text.split(' ').map(Number);
}

async function load(port, { body, headers }, seconds) {
  const options = {
    url: `http://127.0.0.1:${port}${ROUTE}`,
    method: 'POST',
    headers: { 'content-type': 'application/json; charset=utf-8', 'x-feature-filter-code': '?1', ...headers },
    body,
    connections: CONNECTIONS,
  };
  await autocannon({ ...options, duration: 1 });
  const result = await autocannon({ ...options, duration: seconds });
  return {
    eventsPerSecond: Math.round((result['2xx'] * EVENTS_PER_BATCH) / result.duration),
    p99Ms: result.latency.p99,
    p99OfMean: Number((result.latency.p99 / result.latency.average).toFixed(2)),
    errors: result.errors + result.timeouts + result.non2xx,
  };
}

async function replyTo(port, { body, headers }) {
  const response = await fetch(`http://127.0.0.1:${port}${ROUTE}`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
  });
  return response.text();
}

/** Starts a server on a free port, and waits until it is healthy. */
async function start(argumentsFor) {
  const port = await freePort();
  const began = performance.now();
  const child = spawn(process.execPath, argumentsFor(String(port)), {
    stdio: 'ignore',
  });
  for (;;) {
    const healthy = await fetch(`http://127.0.0.1:${port}/health`).then(
      (response) => response.ok,
      () => false,
    );
    if (healthy) return { child, port, startMs: performance.now() - began };
    if (child.exitCode !== null) throw new Error('the server ended before it was healthy');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function stop(child) {
  child.kill('SIGTERM');
  if (child.exitCode === null) await once(child, 'exit');
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** Resident memory of a process (Linux). */
function memoryMb(pid) {
  const kb = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1];
  return Math.round(Number(kb) / 1024);
}
