import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { text } from 'node:stream/consumers';

const IO = path.join(__dirname, 'kafka-io.mjs');

/** A record as `kafka-io.mjs` prints it. */
export interface ReadRecord {
  readonly partition: number;
  readonly offset: string;
  readonly key?: string;
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Runs `kafka-io.mjs` in a process of its own: Jest cannot load the client of Kafka. */
export async function kafkaIo(
  bootstrap: string,
  args: readonly (string | number)[],
  input = '',
): Promise<string> {
  const child = spawn(process.execPath, [IO, bootstrap, ...args.map(String)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(input);
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  if (code !== 0) throw new Error(`kafka-io ${args.join(' ')} ended with ${code}`);
  return output;
}

/** The records that a topic has now. */
export async function recordsOf(bootstrap: string, topic: string): Promise<ReadRecord[]> {
  const output = await kafkaIo(bootstrap, ['read', topic]);
  return output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as ReadRecord);
}
