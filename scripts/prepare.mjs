// Builds the package: npm runs it after an install in this folder, and when it installs the package from git.
// It cannot build without the development dependencies (`npm ci --omit=dev`) or the sources; the install must
// not fail then.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

if (missing() === undefined) await import('./build.mjs');
else console.error(`prepare: nothing is built, for want of ${missing()}`);

function missing() {
  try {
    createRequire(import.meta.url).resolve('typescript/package.json');
  } catch {
    return 'the development dependencies';
  }
  return existsSync(path.join(root, 'src')) ? undefined : 'the sources';
}
