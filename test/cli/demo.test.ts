import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

test('what npm start runs ends well, and leaves nothing in the temporary folder', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'gainsight-px-demo-'));
  try {
    const demo = path.resolve(__dirname, '../../examples/demo.mjs');
    const env = { PATH: process.env.PATH, TMPDIR: folder };
    const { status, stdout } = spawnSync(process.execPath, [demo], { env, encoding: 'utf8' });
    expect(stdout).toMatch(
      /^As expected: all \d+ messages were delivered, and the 5 broken ones refused\.$/m,
    );
    expect([status, readdirSync(folder)]).toEqual([0, []]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
