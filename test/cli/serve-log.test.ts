import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(__dirname, '../..');
const COMMAND = ['--import', 'tsx', path.join(root, 'src/cli/main.ts'), 'serve', '--port', '0'];

test('serve goes on when its log cannot be written: without it the host would end itself', async () => {
  const full = openSync('/dev/full', 'w');
  const child = spawn(process.execPath, COMMAND, { cwd: root, stdio: ['ignore', full, 'pipe'] });
  closeSync(full);
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  try {
    const origin = await new Promise<string>((resolve, reject) => {
      let stderr = '';
      child.stderr!.on('data', (chunk: Buffer) => {
        stderr += chunk.toString();
        const [, found] = /serving at (\S+),/.exec(stderr) ?? [];
        if (found !== undefined) resolve(found);
      });
      child.once('close', () => {
        reject(new Error(stderr));
      });
    });
    const body = JSON.stringify({ input: [], destType: 'gainsight_px' });
    for (let request = 0; request < 3; request += 1) {
      const reply = await fetch(`${origin}/routerTransform`, {
        method: 'POST',
        body,
        headers: { connection: 'close' },
      });
      expect(reply.status).toBe(200);
    }
    child.kill('SIGINT');
    expect(await ended).toBe(0);
  } finally {
    child.kill('SIGKILL');
  }
});
