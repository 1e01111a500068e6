// Checks the package from outside: its manifest (publint), its types (are-the-types-wrong), that the core
// runs in a browser, and that it installs.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { checkInstalls } from './check-installs.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
/**
 * Browsers load the mapping: this limit shows a dependency that was added by accident. Raise it only for a
 * worthwhile feature.
 */
const MAX_BROWSER_BYTES = 22 * 1024;

let failed = 0;
let passed = 0;

function check(name, problem) {
  if (problem) failed += 1;
  else passed += 1;
  console.log(`${problem ? 'FAIL' : 'ok  '} ${name}${problem ? `: ${problem}` : ''}`);
}

function run(name, command, args) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: root, encoding: 'utf8' });
  check(name, status === 0 ? '' : `exit ${status}\n${stdout}${stderr}`);
}

run('publint', 'npx', ['--no-install', 'publint', '--strict']);
run('are-the-types-wrong', 'npx', [
  '--no-install',
  'attw',
  '--pack',
  '--exclude-entrypoints',
  'config.schema.json',
  'package.json',
]);
await checkBrowserBundle();
checkInstalls(root, check);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

/** `process`, `compile` and `explain` must bundle without a Node module, and run without eval. */
async function checkBrowserBundle() {
  const result = await build({
    stdin: {
      contents: `export { process, compile, explain } from './dist/esm/index.js';`,
      resolveDir: root,
    },
    bundle: true,
    format: 'iife',
    globalName: 'px',
    platform: 'browser',
    minify: true,
    write: false,
    metafile: true,
    logLevel: 'silent',
  }).catch((error) => error);
  if (result instanceof Error) {
    check('browser bundle', result.message);
    return;
  }
  const code = result.outputFiles[0].text;
  const foreign = Object.keys(result.metafile.inputs).filter(
    (file) => !file.startsWith('dist/esm/') && file !== '<stdin>',
  );
  check('browser bundle has no foreign code', foreign.join(', '));
  check('browser bundle has no eval', /\beval\(|new Function|Function\(/.test(code) ? 'found one' : '');
  runWithoutEval(code);
  const kilobytes = (bytes) => `${(bytes / 1024).toFixed(1)} KB`;
  const gzipped = gzipSync(code).length;
  check(
    `browser bundle is at most ${kilobytes(MAX_BROWSER_BYTES)} gzipped (${kilobytes(gzipped)})`,
    gzipped <= MAX_BROWSER_BYTES ? '' : `${kilobytes(gzipped)} gzipped, ${kilobytes(code.length)} without`,
  );
}

/** Runs the bundle in a realm without globals in which eval is forbidden. */
function runWithoutEval(code) {
  const script = `
    const vm = require('node:vm');
    const context = vm.createContext({}, { codeGeneration: { strings: false, wasm: false } });
    const plan = vm.runInContext(${JSON.stringify(code)} + ';px.process({type:"track",userId:"u",event:"e"},{apiKey:"k",productTagKey:"t"})', context);
    process.exit(plan.steps.length === 1 ? 0 : 1);`;
  const { status, stderr } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
  check('browser bundle runs in a bare realm without eval', status === 0 ? '' : stderr || `exit ${status}`);
}
