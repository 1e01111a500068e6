// Emits the library twice from the same sources: `dist/cjs` for `require`, `dist/esm` for `import`. Then it builds the pages, `dist/web`.
// One compiler program per form, because a file's module form follows from the nearest package.json.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const tsc = path.join(
  path.dirname(createRequire(import.meta.url).resolve('typescript/package.json')),
  'bin/tsc',
);

const forms = [
  { dir: 'dist/cjs', type: 'commonjs' },
  { dir: 'dist/esm', type: 'module' },
];

/** CommonJS follows from the project's package.json; ES modules are asked for outright. */
const flags = {
  commonjs: ['--module', 'nodenext', '--moduleResolution', 'nodenext'],
  module: ['--module', 'es2022', '--moduleResolution', 'bundler'],
};

for (const { dir, type } of forms) {
  const out = path.join(root, dir);
  mkdirSync(out, { recursive: true });
  const manifest = path.join(out, 'package.json');
  const text = `${JSON.stringify({ type, sideEffects: false })}\n`;
  if (!existsSync(manifest) || readFileSync(manifest, 'utf8') !== text) writeFileSync(manifest, text);

  const args = [tsc, '-p', 'tsconfig.build.json', '--outDir', dir, '--tsBuildInfoFile', `${dir}.tsbuildinfo`];
  const { status } = spawnSync(process.execPath, [...args, ...flags[type]], { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
  if (type === 'commonjs') copyReexports(out);
  removeStale(out);
}

await import('./build-pages.mjs');

const command = path.join(root, 'dist/cjs/cli/main.js');
if (existsSync(command)) chmodSync(command, 0o755);

/** Removes the output of deleted sources: the compiler leaves it, and npm would pack it. */
function removeStale(out) {
  for (const file of readdirSync(out, { recursive: true })) {
    const source = /^(.*?)(\.d\.ts|\.js)$/.exec(file)?.[1];
    if (source !== undefined && !existsSync(path.join(root, 'src', `${source}.ts`)))
      rmSync(path.join(out, file));
  }
}

/**
 * TypeScript writes `export { a } from './b'` as a getter, and each use of a name in another layer then calls it: 15 % of the time of a
 * mapping. Modules do not import each other in cycles, so the value is there when the getter would be defined.
 */
function copyReexports(dir) {
  const getter =
    /^Object\.defineProperty\(exports, "(\w+)", \{ enumerable: true, get: function \(\) \{ return (\w+\.\w+); \} \}\);$/gm;
  for (const name of readdirSync(dir, { recursive: true })) {
    if (!name.endsWith('.js')) continue;
    const file = path.join(dir, name);
    const text = readFileSync(file, 'utf8');
    const copied = text.replace(getter, 'exports.$1 = $2;');
    if (copied !== text) writeFileSync(file, copied);
  }
}
