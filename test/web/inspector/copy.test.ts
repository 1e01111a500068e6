import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { buildSync } from 'esbuild';
import ts from 'typescript';
import { compile, explain, type DestinationConfig, type RequestPlan, type Step } from '../../../src';
import { curlCommand } from '../../../src/web/inspector/copy/curl';
import { fixtureText } from '../../../src/web/inspector/copy/fixture';
import { showsFault } from '../../../src/web/inspector/copy/shows-fault';
import { unitTestText } from '../../../src/web/inspector/copy/unit-test';
import { withPlaceholder } from '../../../src/web/inspector/inspection';
import { ANSWERS, type Answers } from '../../../src/web/inspector/walk';
import { HAZARDOUS_IDS } from '../../destinations/gainsight_px/hazardous-ids';
import { checkFixture } from '../../fixture-runs/check-fixture';
import { expectsError, loadFixtures, parseFixture } from '../../fixture-runs/load-fixtures';

const ROOT = path.resolve(__dirname, '../../..');
const SECRET = '00000000-feed-4bad-8000-000000000001';
const config: DestinationConfig = { apiKey: SECRET, productTagKey: 'AP-1' };
const PARSED = (text: string): unknown => JSON.parse(text);

const folder = mkdtempSync(path.join(tmpdir(), 'px-copied-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('curl', () => {
  interface Received {
    readonly method: string | undefined;
    readonly url: string | undefined;
    readonly key: unknown;
    readonly type: unknown;
    readonly body: unknown;
  }
  const received: Received[] = [];
  const server = createServer((request, reply) => {
    void textOf(request).then((text) => {
      const { method, url, headers } = request;
      received.push({
        method,
        url,
        key: headers['x-aptrinsic-api-key'],
        type: headers['content-type'],
        body: text === '' ? undefined : PARSED(text),
      });
      reply.writeHead(204).end();
    });
  });
  beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  const run = async (step: Step, shell: string): Promise<Received> => {
    received.length = 0;
    const { port } = server.address() as AddressInfo;
    const command = curlCommand(step).replace(/https:\/\/[^/']+/, `http://127.0.0.1:${port}`);
    const file = path.join(folder, 'command.sh');
    writeFileSync(file, command);
    await promisify(execFile)(shell, [file], {
      env: { PATH: process.env.PATH, GAINSIGHT_PX_API_KEY: 'the $key "of" the shell', no_proxy: '*' },
    });
    expect(received).toHaveLength(1);
    return received[0]!;
  };

  const values = {
    quotes: `it's "so"`,
    dollars: '$HOME ${HOME} $(echo no) `echo no`',
    lines: 'a\nb\r\n\tJSON\nJSON\n',
    backslashes: String.raw`\ \n \\ \$ \' !!`,
    percent: '%s %d 100%',
    unicode: '\u2028 \u0000 é 😀 \ud800',
    at: '@/etc/passwd',
  };

  test.each(['bash', 'sh'])('%s sends what the plan says, whatever is in it', async (shell) => {
    const messages = [
      { type: 'identify', userId: `O'Brien $HOME (x)`, traits: { title: `it's`, surveys: false, ...values } },
      { type: 'track', userId: '-u', event: `'; echo no; '`, properties: values },
      { type: 'group', userId: '../x', groupId: 'a b', traits: { name: '`x`' } },
    ];
    const map = Object.keys(values).map((name) => ({ from: name, to: name }));
    for (const message of messages) {
      for (const step of compile({ ...config, userAttributeMap: map }).process(message).steps) {
        const { method, endpoint, body } = step.request;
        expect(await run(step, shell)).toEqual({
          method,
          url: new URL(endpoint).pathname,
          key: 'the $key "of" the shell',
          type: 'application/json',
          body,
        });
      }
    }
  });

  test('a body longer than an argument may be', async () => {
    const { steps } = compile(config).process({
      type: 'track',
      userId: 'u',
      event: 'e',
      properties: { x: 'y'.repeat(300_000) },
    });
    expect((await run(steps[0], 'bash')).body).toEqual(steps[0].request.body);
  });

  test('no id puts a quote into the URL', () => {
    for (const id of [...HAZARDOUS_IDS, "'", "a'b", "O'Brien", "x'; echo no; '"]) {
      for (const { request } of compile(config).process({ type: 'group', userId: id, groupId: id }).steps)
        expect(request.endpoint).toMatch(/^[\w:/.~@%-]+$/);
    }
  });

  test('the key is not in it', () => {
    const { steps } = compile(config).process({ type: 'track', userId: 'u', event: 'e' });
    expect(curlCommand(steps[0])).not.toContain(SECRET);
  });
});

function textOf(request: IncomingMessage): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    request.setEncoding('utf8').on('data', (part: string) => (text += part));
    request.on('end', () => resolve(text));
  });
}

describe('fixture', () => {
  /** Answers that differ from fixture to fixture. */
  const answersFor = (plan: RequestPlan, index: number): Answers =>
    Object.fromEntries(plan.steps.map(({ id }, at) => [id, ANSWERS[(index + at) % ANSWERS.length]!]));

  test('each event of a fixture gives a fixture that passes', () => {
    let withRun = 0;
    loadFixtures().forEach(({ name, event, config: settings, expect: due }, index) => {
      const plan = expectsError(due)
        ? undefined
        : compile(settings as unknown as DestinationConfig).process(event);
      const text = fixtureText(event, settings, plan === undefined ? {} : answersFor(plan, index));
      const copied = parseFixture(`copy of ${name}`, text);
      if (copied.answers !== undefined) withRun += 1;
      checkFixture(copied);
    });
    expect(withRun).toBeGreaterThan(100);
  });

  test('a configuration without its tag key stays without', () => {
    checkFixture(parseFixture('x', fixtureText({ type: 'track', userId: 'u', event: 'e' }, {}, {})));
  });

  test('the key, and what else a host keeps in a configuration, is not in it', () => {
    const text = fixtureText(
      { type: 'track', userId: 'u', event: 'e' },
      { ...config, password: 'hunter2' },
      {},
    );
    expect(text).not.toContain(SECRET);
    expect(text).not.toContain('hunter2');
    expect(text).toContain('AP-1');
  });
});

test.each([
  ['a bad key', { ...config, apiKey: 'ü' }],
  ['a key that is too long', { ...config, apiKey: 'k'.repeat(201) }],
  ['a key of another type', { ...config, apiKey: 7 }],
  ['a key and a tag key', { apiKey: null, productTagKey: '' }],
  ['no key', {}],
  ['no tag key', { apiKey: SECRET }],
  ['a wrong data center', { ...config, dataCenter: 'xx' }],
  ['a list', [1]],
  ['a text', 'x'],
  ['null', null],
])('copies are offered only where they show the same fault: %s', (_what, settings) => {
  const event = { type: 'track', userId: 'u', event: 'e' };
  const { error } = explain(event, withPlaceholder(settings));
  const { expect: due } = parseFixture('copied', fixtureText(event, settings, {}));
  const { paths, path: only } =
    'error' in due ? (due.error as { paths?: readonly string[]; path?: string }) : {};
  const shown = paths ?? (only === undefined ? [] : [only]);
  expect(showsFault(error)).toBe(shown.join() === error!.issues.map((issue) => issue.path).join());
});

test('copies are offered for a message that is mapped, and for one that is refused', () => {
  for (const event of [{ type: 'track', userId: 'u', event: 'e' }, { type: 'track' }])
    expect(showsFault(explain(event, config).error)).toBe(true);
});

describe('unit test', () => {
  const write = (name: string, text: string): string => {
    const file = path.join(folder, `${name}.test.ts`);
    writeFileSync(file, text);
    return file;
  };

  test('it compiles and passes, for events of every kind', () => {
    const every = loadFixtures().filter((_, index) => index % 12 === 0);
    const odd: [unknown, unknown][] = [
      [
        PARSED('{"type":"identify","userId":"u","traits":{"__proto__":1,"a`${b}":"\\"__proto__\\": x"}}'),
        config,
      ],
      [[1], config],
      ['text', config],
      [null, config],
      [
        { type: 'track', userId: 'u', event: 'e' },
        { productTagKey: 7, dataCenter: 'XX' },
      ],
      [
        { type: 'track', userId: 'u', event: 'e' },
        { ...config, dataCenter: 'eu', globalContextMap: [{ from: 'a', to: 1 }] },
      ],
    ];
    const files = [
      ...every.map(({ event, config: settings }, index) =>
        write(`fixture-${index}`, unitTestText(event, settings)),
      ),
      ...odd.map(([event, settings], index) => write(`odd-${index}`, unitTestText(event, settings))),
    ];
    expect(compileErrors(files)).toEqual([]);

    buildSync({
      entryPoints: files,
      bundle: true,
      platform: 'node',
      outdir: folder,
      alias: { 'gainsight-px': path.join(ROOT, 'src/index.ts') },
      logLevel: 'error',
    });
    const { status, stdout } = spawnSync(
      process.execPath,
      ['--test', '--test-reporter=tap', ...files.map((file) => file.replace(/\.ts$/, '.js'))],
      { encoding: 'utf8', env: { PATH: process.env.PATH } },
    );
    expect([status, /# pass (\d+)/.exec(stdout)?.[1], /^not ok.*/m.exec(stdout)?.[0]]).toEqual([
      0,
      String(files.length),
      undefined,
    ]);
  });

  function compileErrors(files: readonly string[]): string[] {
    const program = ts.createProgram(files, {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.Preserve,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      strict: true,
      exactOptionalPropertyTypes: true,
      noEmit: true,
      skipLibCheck: true,
      types: ['node'],
      typeRoots: [path.join(ROOT, 'node_modules/@types')],
      paths: { 'gainsight-px': [path.join(ROOT, 'src/index.ts')] },
    });
    return ts
      .getPreEmitDiagnostics(program)
      .map(
        ({ file, messageText }) =>
          `${file?.fileName ?? ''}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
      );
  }

  test('the key is not in it', () => {
    expect(unitTestText({ type: 'track', userId: 'u', event: 'e' }, config)).not.toContain(SECRET);
  });
});
