import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { connect } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { createClient } from '@redis/client';
import { Engine } from './engine';
import { startKafka } from './kafka-broker';
import { startRedis } from './redis-server';

/** The engines of the tests start, survive a restart with their data and address, and leave nothing behind. */
async function listens(address: string): Promise<boolean> {
  const [host, port] = address.split(':') as [string, string];
  const socket = connect(Number(port), host);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

test('Kafka listens, also after a kill and a restart, and stops', async () => {
  const kafka = await startKafka();
  if (kafka === undefined) return;
  try {
    expect(await listens(kafka.bootstrap)).toBe(true);
    await kafka.kill();
    expect(await listens(kafka.bootstrap)).toBe(false);
    await kafka.start();
    await kafka.restart();
    expect(await listens(kafka.bootstrap)).toBe(true);
  } finally {
    await kafka.stop();
  }
  expect(await listens(kafka.bootstrap)).toBe(false);
  expect(existsSync(kafka.folder)).toBe(false);
});

test('Redis keeps what was written over a kill and a restart', async () => {
  const redis = await startRedis();
  if (redis === undefined) return;
  const read = async (): Promise<string | null> => {
    const client = await createClient({ url: redis.url }).connect();
    const value = await client.get('key');
    await client.close();
    return value;
  };
  try {
    const client = await createClient({ url: redis.url })
      .on('error', () => undefined)
      .connect();
    await client.set('key', 'value');
    await redis.kill();
    client.destroy();
    await redis.start();
    expect(await read()).toBe('value');
    await redis.restart();
    expect(await read()).toBe('value');
  } finally {
    await redis.stop();
  }
});

test('an engine that does not start says why', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'gainsight-px-engine-'));
  const args = ['-c', 'echo "no setting of this name"; exit 1'];
  const engine = new Engine({ name: 'sh', command: 'sh', args, folder, readyText: 'ready' });
  await expect(engine.start()).rejects.toThrow(/sh ended; the end of its log:[^]*no setting of this name/);
  await engine.stop();
});

test('an engine ends with the process that started it, even when that is killed', async () => {
  const program = path.join(__dirname, 'start-engine.ts');
  const args = ['--import', 'tsx', program];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const { pid, folder } = JSON.parse(line) as { pid: number; folder: string };
  expect(isRunning(pid)).toBe(true);
  child.kill('SIGKILL');
  // Without the watcher the loop does not end, and the test fails by its time limit.
  while (isRunning(pid) || existsSync(folder)) await new Promise((resolve) => setTimeout(resolve, 20));
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
