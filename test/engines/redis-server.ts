import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Engine, freePorts, type EngineProcess } from './engine';
import { hasProgram, leaveOut } from './requirements';

/** A Redis server on 127.0.0.1 that keeps its data over a restart. */
export interface RedisServer extends Pick<
  Engine,
  'start' | 'kill' | 'restart' | 'pause' | 'resume' | 'stop'
> {
  /** `redis://host:port`; the same after a restart. */
  readonly url: string;
}

/**
 * Starts `redis-server`.
 *
 * @param settings further arguments, for example `['--requirepass', 'secret']`
 * @returns undefined where it is missing; a loud line says so
 * @throws Error when it is missing and `GAINSIGHT_PX_ENGINES=required`, and when it does not start
 */
export async function startRedis(settings: readonly string[] = []): Promise<RedisServer | undefined> {
  if (!hasProgram('redis-server', '--version')) return leaveOut('Redis', 'it needs redis-server');
  const folder = mkdtempSync(path.join(tmpdir(), 'gainsight-px-redis-'));
  const [port] = (await freePorts(1)) as [number];
  const options: EngineProcess = {
    name: 'Redis',
    command: 'redis-server',
    args: [
      ...['--bind', '127.0.0.1', '--port', String(port), '--dir', folder],
      ...['--appendonly', 'yes', '--appendfsync', 'always', '--save', '', '--maxmemory', '256mb'],
      ...settings,
    ],
    folder,
    readyText: 'Ready to accept connections',
  };
  return Engine.started(options, { url: `redis://127.0.0.1:${port}` });
}
