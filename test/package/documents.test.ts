import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { createSimulator } from '../../src/simulator/index';
import { startKafka, type KafkaBroker } from '../engines/kafka-broker';
import { Consumer } from './consumer';
import { anchorsOf, linksOf, packedFiles, readDocument, snippetsOf, type Snippet } from './documents';

/** The documents of the package say what is true of it: links lead somewhere, and snippets run as they stand. */
const root = path.resolve(__dirname, '../..');
const NAME = 'gainsight-px';
const packed = packedFiles();
const documents = packed.filter((file) => file.endsWith('.md'));

const placeOf = ({ document, line }: Snippet): string => `${document}:${line}`;

const simulator = createSimulator();
let consumer: Consumer;
let baseUrl: string;
let env: Record<string, string | undefined>;
/** For commands of Kafka; undefined where it cannot be started, which is said loudly. */
let kafka: KafkaBroker | undefined;

beforeAll(async () => {
  consumer = new Consumer();
  baseUrl = (await simulator.listen()).baseUrl;
  kafka = await startKafka();
  for (const example of ['events.jsonl', 'destination.json'])
    cpSync(path.join(root, 'examples', example), path.join(consumer.folder, example));
  const bin = path.join(consumer.folder, 'bin');
  mkdirSync(bin);
  symlinkSync(path.join(root, 'dist/cjs/cli/main.js'), path.join(bin, NAME));
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('GAINSIGHT_PX_'));
  const PATH = `${bin}${path.delimiter}${process.env.PATH}`;
  const GAINSIGHT_PX_INGEST_TOKEN = 'token-of-the-callers-of-this-test';
  env = { ...Object.fromEntries(inherited), PATH, NODE_OPTIONS: undefined, GAINSIGHT_PX_INGEST_TOKEN };
});

afterAll(async () => {
  consumer.remove();
  await simulator.close();
  await kafka?.stop();
});

test('there are documents, and they are in the package', () => {
  expect(documents).toEqual(expect.arrayContaining(['README.md', 'docs/library.md', 'docs/mapping.md']));
});

test.each(documents)('every link of %s leads to a file and a heading of the package', (document) => {
  const broken = linksOf(document).filter((link) => {
    const [file, fragment] = link.split('#') as [string, string?];
    const target = file === '' ? document : path.posix.join(path.posix.dirname(document), file);
    const isThere = packed.some(
      (name) => name === target || name.startsWith(`${target.replace(/\/$/, '')}/`),
    );
    return !isThere || (fragment !== undefined && !anchorsOf(target).includes(fragment));
  });
  expect(broken).toEqual([]);
});

test('every folder of files that the README names is in the package', () => {
  const named = [...readDocument('README.md').matchAll(/`((?:docs|examples|ops)\/[^`\s*]*)`/g)].map(
    ([, name]) => name!,
  );
  expect(named.filter((name) => !packed.some((file) => file.startsWith(name)))).toEqual([]);
});

test('nothing has npx fetch a package by a name that anybody could register', () => {
  const texts = [
    ...documents,
    'examples/demo.mjs',
    ...packed.filter((file) => /^dist\/cjs\/cli\/.*\.js$/.test(file)),
  ];
  const calls = texts.flatMap((file) => {
    const found = readFileSync(path.join(root, file), 'utf8').match(
      /\b(npx|npm exec|npm x|pnpm dlx|yarn dlx|bunx) (?!--no )\S+/g,
    );
    return (found ?? []).map((call) => `${file}: ${call}`);
  });
  expect(calls).toEqual([]);
});

describe('TypeScript', () => {
  const snippets = documents.flatMap((document) => snippetsOf(document, ['ts', 'typescript', 'js', 'mjs']));

  test('is there', () => {
    const documentsWithSnippets = snippets.map(({ document }) => document);
    expect(documentsWithSnippets).toEqual(expect.arrayContaining(['README.md', 'docs/library.md']));
  });

  test.each(snippets.map((snippet): [string, Snippet] => [placeOf(snippet), snippet]))(
    '%s compiles, and runs against the simulator',
    async (_place, { text }) => {
      expect(consumer.faultsOf('snippet.mts', text, ['node'])).toEqual([]);
      const { outputText } = ts.transpileModule(text, {
        compilerOptions: {
          module: ts.ModuleKind.ESNext,
          target: ts.ScriptTarget.ES2022,
          verbatimModuleSyntax: true,
        },
      });
      const script = consumer.write('snippet.mjs', outputText);
      const preload = consumer.write('preload.mjs', AIM_AT_SIMULATOR);
      const ended = await run(process.execPath, ['--import', preload, script], {
        SIMULATOR: new URL(baseUrl).origin,
      });
      expect(ended).toMatchObject({ exitCode: 0, stderr: '' });
    },
  );
});

/** What is meant for PX goes to the simulator, and nothing else leaves the machine. */
const AIM_AT_SIMULATOR = `
  const { fetch } = globalThis;
  globalThis.fetch = (url, init) => {
    const aimed = String(url).replace(/^https:\\/\\/api(-\\w+)?\\.aptrinsic\\.com/, process.env.SIMULATOR);
    if (!aimed.startsWith('http://127.0.0.1:')) throw new Error('not on this machine: ' + url);
    return fetch(aimed, init);
  };`;

/** What documents call their Kafka. */
const BROKERS = 'kafka-1:9092';

describe('the shell', () => {
  const lines = ['README.md', 'docs/library.md'].flatMap((document) =>
    snippetsOf(document, ['sh', 'bash', 'shell', 'console']).flatMap(({ text, line }) =>
      text
        .split('\n')
        .map((command, index): [string, string] => [
          `${document}:${line + index}`,
          command.replace(/\s+#.*/, '').trim(),
        ])
        .filter(([, command]) => command !== ''),
    ),
  );
  const ours = lines.filter(([, command]) => command.startsWith(`${NAME} `));
  const others = lines.filter(([, command]) => !command.startsWith(`${NAME} `));

  test('calls the command', () => {
    expect(ours.length).toBeGreaterThan(8);
  });

  test.each(ours)('%s: %s', async (_place, command) => {
    if (command.includes(BROKERS) && kafka === undefined) return;
    // Each starts from the same files.
    rmSync(path.join(consumer.folder, 'rejected.jsonl'), { force: true });
    await fetch(`${baseUrl}/users`, {
      method: 'POST',
      headers: { 'X-APTRINSIC-API-KEY': 'k', 'Content-Type': 'application/json' },
      body: JSON.stringify({ identifyId: 'u_1001', type: 'USER', propertyKeys: ['AP-EXAMPLE-2'] }),
    });
    const ended = await run('sh', ['-c', `exec ${harmless(command)}`]);
    expect(ended).toMatchObject({ exitCode: 0 });
  });

  test.each(others)('%s: %s, which only calls npm', (_place, command) => {
    const { scripts } = JSON.parse(readDocument('package.json')) as { scripts: Record<string, string> };
    for (const part of command.split(' && ')) {
      // `.ci/run` and `npm run check:package` run these for real: they need the registry, or a machine of their own.
      const [program, verb, script] = part.split(' ') as [string, string?, string?];
      expect(program).toBe('npm');
      if (verb === 'run') expect(scripts).toHaveProperty([script!]);
      else if (verb === 'start' || verb === 'test') expect(scripts).toHaveProperty([verb]);
      else expect(['ci', 'install', 'link', 'pack']).toContain(verb);
    }
  });

  /** The same command: what would reach PX reaches the simulator, free ports are taken, and questions are answered. */
  function harmless(command: string): string {
    const [, verb] = command.split(' ');
    if (verb === 'consume')
      return `${command.replace(BROKERS, kafka!.bootstrap).replace(/--metrics-port \d+/, '--metrics-port 0')} --px-url ${baseUrl}`;
    if (command.includes(BROKERS)) return command.replace(BROKERS, kafka!.bootstrap);
    if (verb === 'simulate' || verb === 'serve')
      return `${command.replace(/--port \d+/, '').replace('0.0.0.0', '127.0.0.1')} --port 0`;
    // A simulated PX of its own has the attributes that the configuration names.
    if (verb === 'check') return `${command} --simulate`;
    const sends =
      /^(deliver|attributes|preferences|delete-user|deny-user)$/.test(verb!) &&
      !/--(simulate|dry-run)/.test(command);
    return `${command}${sends ? ` --px-url ${baseUrl}` : ''}${verb === 'delete-user' ? ' --yes' : ''}`;
  }
});

interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program in the consumer's folder to its end; one that says where it listens is asked to end. */
async function run(
  program: string,
  args: readonly string[],
  more: Record<string, string> = {},
): Promise<Ended> {
  const child = spawn(program, args, { cwd: consumer.folder, env: { ...env, ...more } });
  child.stdin.end();
  const output = { stdout: '', stderr: '' };
  const serves = / (serve|simulate|consume|inspect) /.test(args.join(' '));
  let asked = false;
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (chunk: Buffer) => {
      output[name] += chunk.toString();
      if (!serves || asked || !/listening|consuming|http:\/\/[\d.]+:\d+/.test(output[name])) return;
      asked = true;
      child.kill('SIGTERM');
    });
  }
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return { exitCode, ...output };
}
