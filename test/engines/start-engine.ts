// Starts an engine and prints its process and folder. The test kills this process.
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Engine } from './engine';

const folder = mkdtempSync(path.join(tmpdir(), 'gainsight-px-engine-'));
const args = ['-c', 'echo "ready as $$"; exec sleep 600'];
const engine = new Engine({ name: 'sleep', command: 'sh', args, folder, readyText: 'ready' });

void engine.start().then(() => {
  const pid = Number(/ready as (\d+)/.exec(readFileSync(path.join(folder, 'engine.log'), 'utf8'))![1]);
  console.log(JSON.stringify({ pid, folder }));
  setInterval(() => undefined, 60_000);
});
