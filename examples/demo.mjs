// What `npm start` runs: delivers the example messages to the embedded simulator, and checks that exactly the expected ones were
// refused. Nothing leaves this machine.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const command = path.join(root, 'dist/cjs/cli/main.js');
const require = createRequire(import.meta.url);
const { summaryText } = require(path.join(root, 'dist/cjs/cli/deliver/report/summary-text.js'));
const { tableStyleOf } = require(path.join(root, 'dist/cjs/cli/output/table.js'));

/** What examples/broken.jsonl is made for, in its order. */
const EXPECTED_REFUSALS = [
  'id_missing',
  'event_name_missing',
  'type_unsupported',
  'preference_invalid',
  'not_json',
];
const EXPECTED_AMONG_BROKEN = { read: 7, delivered: 2 };
const LEAST_EVENTS = 500;
const LINE_WIDTH = 110;

const differences = [];
const config = ['--config', 'examples/destination.json'];

const events = await deliver(['examples/events.jsonl', ...config, '--simulate']);
expect('exit code for examples/events.jsonl', events.exitCode, 0);
expect('refused of examples/events.jsonl', events.messages.rejected, 0);
const { switchedOff, typeFiltered } = events.messages.skipped;
const meant = events.messages.read - switchedOff - typeFiltered;
expect('delivered of examples/events.jsonl', events.messages.delivered, meant);
expect('at least 500 messages in it', events.messages.read >= LEAST_EVENTS, true);

console.log('\nAnd what a refusal looks like: a file with five messages that cannot be mapped.\n');
const temporary = mkdtempSync(path.join(tmpdir(), 'gainsight-px-'));
process.once('exit', () => rmSync(temporary, { recursive: true, force: true }));
const rejectedFile = path.join(temporary, 'rejected.jsonl');
const broken = await deliver(['examples/broken.jsonl', ...config, '--simulate', '--rejected', rejectedFile]);
const rejectedLines = readFileSync(rejectedFile, 'utf8').trimEnd().split('\n');
console.log(
  'Lines of the rejected file, which this example removes at its end; each says whether its message is worth sending again:',
);
for (const line of rejectedLines) console.log(`  ${cut(line)}`);
expect('exit code for examples/broken.jsonl', broken.exitCode, 1);
expect('read of examples/broken.jsonl', broken.messages.read, EXPECTED_AMONG_BROKEN.read);
expect('delivered of examples/broken.jsonl', broken.messages.delivered, EXPECTED_AMONG_BROKEN.delivered);
const codes = rejectedLines.map((line) => JSON.parse(line).rejected.code);
expect('refusals of examples/broken.jsonl', codes.join(', '), EXPECTED_REFUSALS.join(', '));

if (differences.length > 0) {
  console.error(`\nNot as expected:\n  ${differences.join('\n  ')}`);
  process.exitCode = 1;
} else {
  console.log(`
As expected: all ${events.messages.delivered} messages were delivered, and the ${codes.length} broken ones refused.

To go on to a real account, with a configuration of your own (examples/destination.json shows one):
  export GAINSIGHT_PX_API_KEY=…            # never an argument
  export GAINSIGHT_PX_PRODUCT_TAG_KEY=…    # AP-XXXXXXXXXX-2
  export GAINSIGHT_PX_DATA_CENTER=US       # or EU, US2
  npm link                                 # puts the command gainsight-px on your PATH
  gainsight-px check --config destination.json
  gainsight-px explain events.jsonl --config destination.json
  gainsight-px deliver events.jsonl --config destination.json --dry-run
  gainsight-px deliver events.jsonl --config destination.json --rejected rejected.jsonl`);
}

/** Runs `gainsight-px deliver`, shows its summary for the eye, and returns it as data with the exit code. */
async function deliver(argv) {
  console.log(`$ gainsight-px deliver ${argv.join(' ')}\n`);
  const child = spawn(process.execPath, [command, 'deliver', ...argv, '--json'], {
    cwd: root,
    env: withoutSettings(process.env),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const chunks = [];
  child.stdout.on('data', (chunk) => chunks.push(chunk));
  const exitCode = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const text = Buffer.concat(chunks).toString();
  if (text === '') {
    console.error(`gainsight-px deliver ended with exit code ${exitCode} and without a summary`);
    process.exit(1);
  }
  const summary = JSON.parse(text);
  console.log(summaryText(summary, tableStyleOf(process.stdout, process.env)));
  return { ...summary, exitCode };
}

/** The settings of a real account have no part in this. */
function withoutSettings(env) {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('GAINSIGHT_PX_')));
}

function expect(what, found, expected) {
  if (found !== expected) differences.push(`${what}: expected ${expected}, found ${found}`);
}

function cut(line) {
  return line.length > LINE_WIDTH ? `${line.slice(0, LINE_WIDTH - 1)}…` : line;
}
