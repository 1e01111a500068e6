// Checks the ways to install that need the registry: the tarball and a git repository in an empty folder, and
// the image's own steps.
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Not part of the repository. */
const NOT_SOURCES = new Set(['.git', 'node_modules', 'dist', 'coverage', '.cache']);

/**
 * Runs the checks.
 *
 * @param {string} root the project's folder
 * @param {(name: string, problem: string) => void} check takes each result; an empty problem means success
 */
export function checkInstalls(root, check) {
  const { name } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const folder = mkdtempSync(path.join(tmpdir(), `${name}-installs-`));
  const sources = path.join(folder, 'repository');
  try {
    copySources(root, sources);
    const git = ['-c', 'user.name=check', '-c', 'user.email=check@localhost', '-c', 'commit.gpgsign=false'];
    const repository =
      run(sources, 'git', 'init', '--quiet') ||
      run(sources, 'git', 'add', '--all') ||
      run(sources, 'git', ...git, 'commit', '--quiet', '--message', 'all');
    check('a repository can be made of the sources', repository);

    check('the tarball is packed', run(root, 'npm', 'pack', '--silent', '--pack-destination', folder));
    const tarball = readdirSync(folder).find((file) => file.endsWith('.tgz'));
    check(
      'the tarball installs in an empty folder',
      installed(path.join(folder, 'tarball'), `../${tarball}`, name),
    );
    check('git installs, and builds', installed(path.join(folder, 'git'), `git+file://${sources}`, name));

    const production = path.join(folder, 'production');
    copySources(root, production);
    check(
      'an install without development dependencies',
      run(production, 'npm', 'ci', '--omit=dev', ...QUIET),
    );
    check('the steps of the Dockerfile', builtAsImage(sources, folder));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const QUIET = ['--no-audit', '--no-fund'];

function copySources(from, to) {
  cpSync(from, to, { recursive: true, filter: (file) => !NOT_SOURCES.has(path.basename(file)) });
}

/** Installs the package in an empty folder, and uses every entry point and the command. */
function installed(folder, specifier, name) {
  mkdirSync(folder);
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ name: 'consumer', private: true }));
  const problem = run(folder, 'npm', 'install', '--engine-strict', ...QUIET, specifier);
  if (problem) return problem;
  const beside = readdirSync(path.join(folder, 'node_modules')).filter((file) => !file.startsWith('.'));
  if (beside.join() !== name) return `found beside it: ${beside.join(', ')}`;
  const doors = ['', '/router', '/simulator', '/service'].map((door) => `import '${name}${door}';`).join('');
  const events = ['events.jsonl', '--config', 'destination.json', '--simulate'];
  const examples = path.join(folder, 'node_modules', name, 'examples');
  return (
    run(folder, 'node', '--input-type=module', '--eval', doors) ||
    run(examples, path.join(folder, 'node_modules/.bin', name), 'deliver', ...events)
  );
}

/**
 * Runs the steps of the Dockerfile: `COPY` and `RUN` of each stage in its own folder, and the command with
 * `--version`.
 */
function builtAsImage(sources, folder) {
  const text = readFileSync(path.join(sources, 'Dockerfile'), 'utf8').replace(/\\\n/g, ' ');
  const stages = new Map();
  let stage = folder;
  for (const line of text.split('\n')) {
    const [instruction, ...words] = line.trim().split(/\s+/);
    if (instruction === 'FROM') {
      stage = path.join(folder, `stage-${stages.size}`);
      mkdirSync(stage);
      stages.set(words.at(-1), stage);
    } else if (instruction === 'COPY') {
      const from = words[0].startsWith('--from=')
        ? stages.get(words.shift().slice('--from='.length))
        : sources;
      const to = words.pop();
      for (const word of words) {
        // Paths of another stage are absolute in its working directory.
        const file = path.join(from, word.replace(/^\/app\//, ''));
        const target = path.join(stage, to.endsWith('/') ? path.join(to, path.basename(word)) : to);
        if (!existsSync(file)) return `there is no ${word}`;
        cpSync(file, target, { recursive: true, verbatimSymlinks: true });
      }
    } else if (instruction === 'RUN') {
      const problem = run(stage, 'sh', '-c', words.join(' '));
      if (problem) return `${line}: ${problem}`;
    } else if (instruction === 'CMD' && !line.startsWith('  ')) {
      const [command, script] = JSON.parse(words.join(' '));
      return run(stage, command, script, '--version');
    }
  }
  return 'there is no CMD';
}

/** Runs a command; returns its problem, or an empty string when it succeeds. */
function run(cwd, command, ...args) {
  // The settings of npm for its own scripts (an `omit`, a prefix) must not apply to these folders.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^npm_(?!config_(registry|cache|userconfig))/i.test(name),
    ),
  );
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    env,
    encoding: 'utf8',
    timeout: 600_000,
  });
  if (status === 0) return '';
  return `${command} ${args.join(' ')}: ${error?.message ?? `exit ${status}`}\n${stdout}${stderr}`;
}
