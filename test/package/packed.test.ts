import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/**
 * The package as its users get it: packed, unpacked into another project, and used with `require`, `import` and the compiler.
 * `npm test` builds before; the packed files are those in `dist`.
 */
const root = path.resolve(__dirname, '../..');
const NAME = 'gainsight-px';

let consumer: string;

const CONFIG = `{ apiKey: '00000000-0000-0000-0000-000000000000', productTagKey: 'AP-EXAMPLE-2' }`;
const EVENT = `{ type: 'track', userId: 'u1', event: 'Signed Up' }`;
const ENDPOINT = 'https://api.aptrinsic.com/v1/events/custom';

function write(file: string, text: string): string {
  const target = path.join(consumer, file);
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, text);
  return target;
}

function node(...args: string[]): string {
  return execFileSync(process.execPath, args, { cwd: consumer, encoding: 'utf8' }).trim();
}

beforeAll(() => {
  consumer = mkdtempSync(path.join(tmpdir(), 'gainsight-px-consumer-'));
  const npm = (args: string[], cwd: string) =>
    execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: 'pipe' });
  // Without its scripts: the build is there already, and a second one would disturb other tests that run it.
  npm(['pack', '--ignore-scripts', '--pack-destination', consumer], root);
  const tarball = readdirSync(consumer).find((file) => file.endsWith('.tgz'))!;
  execFileSync('tar', ['-xzf', tarball], { cwd: consumer });
  mkdirSync(path.join(consumer, 'node_modules'));
  execFileSync('mv', ['package', path.join('node_modules', NAME)], { cwd: consumer });
  // Its dependencies, as an install would put them beside it.
  const manifest = JSON.parse(
    execFileSync('cat', [`node_modules/${NAME}/package.json`], { cwd: consumer, encoding: 'utf8' }),
  ) as {
    dependencies: Record<string, string>;
  };
  for (const dependency of Object.keys(manifest.dependencies)) {
    const link = path.join(consumer, 'node_modules', dependency);
    mkdirSync(path.dirname(link), { recursive: true });
    symlinkSync(path.join(root, 'node_modules', dependency), link);
  }
  write('package.json', JSON.stringify({ name: 'consumer', private: true }));
});

afterAll(() => {
  rmSync(consumer, { recursive: true, force: true });
});

test('require gives the library, the router, the simulator and the service', () => {
  const script = write(
    'use.cjs',
    `const { process: map } = require('${NAME}');
     const { createRouter } = require('${NAME}/router');
     const { createSimulator } = require('${NAME}/simulator');
     const { createService } = require('${NAME}/service');
     console.log(map(${EVENT}, ${CONFIG}).steps[0].request.endpoint, typeof createRouter, typeof createSimulator, typeof createService);`,
  );
  expect(node(script)).toBe(`${ENDPOINT} function function function`);
});

test('import gives the library, the router, the simulator and the service', () => {
  const script = write(
    'use.mjs',
    `import { process as map } from '${NAME}';
     import { createRouter } from '${NAME}/router';
     import { createSimulator } from '${NAME}/simulator';
     import { createService } from '${NAME}/service';
     console.log(map(${EVENT}, ${CONFIG}).steps[0].request.endpoint, typeof createRouter, typeof createSimulator, typeof createService);`,
  );
  expect(node(script)).toBe(`${ENDPOINT} function function function`);
});

test('errors of one build are recognised by the other', () => {
  const script = write(
    'brands.mjs',
    `import { createRequire } from 'node:module';
     import { isDestinationError } from '${NAME}';
     const required = createRequire(import.meta.url)('${NAME}');
     try { required.process({}, ${CONFIG}); } catch (error) { console.log(isDestinationError(error), error.code); }`,
  );
  expect(node(script)).toBe('true type_missing');
});

test.each([
  ['commonjs', 'node16', 'use-types.cts'],
  ['ES modules', 'node16', 'use-types.mts'],
  ['a bundler', 'bundler', 'use-types.ts'],
])('its types serve %s', (_name, resolution, file) => {
  write(
    file,
    `import { compile, type DestinationConfig, type RequestPlan } from '${NAME}';
     import { createRouter, type Outcome } from '${NAME}/router';
     import { createSimulator } from '${NAME}/simulator';
     import { createService } from '${NAME}/service';
     const config: DestinationConfig = ${CONFIG};
     const plan: RequestPlan = compile(config).process(${EVENT});
     const outcome: Promise<Outcome> = createRouter({}).deliver(plan);
     // @ts-expect-error: the plan's method is one of four
     const method: 'PATCH' = plan.steps[0].request.method;
     export { createService, createSimulator, method, outcome };`,
  );
  const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
  const module = resolution === 'bundler' ? 'preserve' : 'node16';
  const options = [
    '--noEmit',
    '--strict',
    '--target',
    'es2022',
    '--module',
    module,
    '--moduleResolution',
    resolution,
  ];
  const types = ['--types', 'node', '--typeRoots', path.join(root, 'node_modules/@types')];
  expect(node(tsc, ...options, ...types, file)).toBe('');
});

test('the schema of the configuration and the command come with it', () => {
  expect(node('-p', `require('${NAME}/config.schema.json').required.join()`)).toBe('apiKey,productTagKey');
  expect(node(`node_modules/${NAME}/dist/cjs/cli/main.js`, '--version')).toMatch(/^\d+\.\d+\.\d+$/);
});

test('nothing that is not needed comes with it', () => {
  const files = readdirSync(path.join(consumer, 'node_modules', NAME)).sort();
  expect(files).toEqual([
    'ARCHITECTURE.md',
    'CHANGELOG.md',
    'CONTRIBUTING.md',
    'LICENSE',
    'README.md',
    'SECURITY.md',
    'config.schema.json',
    'dist',
    'docs',
    'package.json',
  ]);
  expect(existsSync(path.join(consumer, 'node_modules', NAME, 'dist/cjs/simulator/index.js'))).toBe(true);
});
