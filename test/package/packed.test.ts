import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { minVersion, satisfies } from 'semver';
import { installedPackages, readManifest, resolvePackage } from './installed';

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
  write('package.json', JSON.stringify({ name: 'consumer', private: true }));
  // Offline and with an empty cache: what the package needs is in it.
  npm(
    ['install', '--offline', '--cache', '.npm-cache', '--engine-strict', '--no-audit', `./${tarball}`],
    consumer,
  );
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
  expect(
    execFileSync(path.join('node_modules/.bin', NAME), ['--version'], {
      cwd: consumer,
      encoding: 'utf8',
    }).trim(),
  ).toMatch(/^\d+\.\d+\.\d+$/);
});

test('every package in it runs on the oldest Node that it names, and finds there what it needs', () => {
  const packages = installedPackages(path.join(consumer, 'node_modules'));
  const oldest = minVersion(readManifest(path.join(consumer, 'node_modules', NAME)).engines!.node!)!;
  const issues = packages.flatMap((folder) => {
    const { name, version, engines, dependencies = {} } = readManifest(folder);
    const node = engines?.node ?? '*';
    const unmet = Object.entries(dependencies).flatMap(([dependency, range]) => {
      const found = resolvePackage(folder, dependency);
      return found !== undefined && satisfies(readManifest(found).version, range)
        ? []
        : [`${name} ${version} needs ${dependency} ${range}`];
    });
    return satisfies(oldest, node) ? unmet : [`${name} ${version} needs Node ${node}`, ...unmet];
  });
  expect(issues).toEqual([]);
  expect(packages.map((folder) => readManifest(folder).name)).toEqual(
    expect.arrayContaining([NAME, 'fastify', 'light-my-request', 'thread-stream']),
  );
});

test('its manifest says nothing that is not true of an unpublished package', () => {
  const manifest = readManifest(path.join(consumer, 'node_modules', NAME));
  expect(Object.keys(manifest)).not.toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^(repository|homepage|bugs|author|contributors|funding)$/),
    ]),
  );
  expect(manifest).toMatchObject({ name: NAME, bin: { [NAME]: expect.any(String) as string } });
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
    'examples',
    'node_modules',
    'ops',
    'package.json',
  ]);
  expect(readdirSync(path.join(consumer, 'node_modules', NAME, 'dist')).sort()).toEqual([
    'cjs',
    'esm',
    'web',
  ]);
  expect(readdirSync(path.join(consumer, 'node_modules', NAME, 'dist/web')).sort()).toEqual([
    'inspector.html',
    'live.html',
    'report.html',
  ]);
  expect(existsSync(path.join(consumer, 'node_modules', NAME, 'dist/cjs/simulator/index.js'))).toBe(true);
});
