// Kills the built commands again and again while the simulated PX fails, and checks what is left in the end.
// `npm run chaos -- --help` lists the options.
import { parseArgs } from 'node:util';
import { consumeScenario, consumeWithoutRedisScenario } from './consume-scenario';
import { deliverScenario } from './deliver-scenario';
import { deliverOneByOne } from './reference';
import { printReport, type ScenarioReport } from './report';
import type { Scenario } from './scenario';
import { workload } from './workload';

const HELP = `npm run chaos -- [--short] [--seed <number>] [--only <scenario>]

  --short  fewer messages and faults, within two minutes
  --seed   the seed of an earlier run, which it prints: the same messages, faults and moments
  --only   one scenario: deliver, consume or consume-without-redis (not in the short form, unless named)
`;

const SIZES = {
  long: { messages: 20_000, users: 1000, accounts: 50, kills: 20, pxAwayMs: 60_000 },
  short: { messages: 800, users: 100, accounts: 10, kills: 2, pxAwayMs: 4000 },
};
/** Left out of the short form, which takes two minutes at most. */
const LONG_ONLY = 'consume-without-redis';
/** PX allows about 200; this is the default of the commands. */
const REQUESTS_PER_SECOND = 180;

const SCENARIOS: Readonly<Record<string, (scenario: Scenario) => Promise<ScenarioReport | undefined>>> = {
  deliver: deliverScenario,
  consume: consumeScenario,
  'consume-without-redis': consumeWithoutRedisScenario,
};

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      short: { type: 'boolean', default: false },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      only: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const { short, only, help } = values;
  const seed = Number(values.seed);
  if (help || !Number.isSafeInteger(seed) || (only !== undefined && !Object.hasOwn(SCENARIOS, only))) {
    console.log(HELP);
    process.exitCode = help ? 0 : 2;
    return;
  }
  console.log(`seed ${seed}`);
  const size = short ? SIZES.short : SIZES.long;
  const { kills, pxAwayMs } = size;
  const messages = workload(size.messages, size.users, size.accounts, seed);
  const reference = await deliverOneByOne(messages);
  for (const [name, run] of Object.entries(SCENARIOS)) {
    if (only === undefined ? short && name === LONG_ONLY : only !== name) continue;
    const startMs = performance.now();
    const report = await run({
      seed,
      messages,
      reference,
      kills,
      pxAwayMs,
      requestsPerSecond: REQUESTS_PER_SECOND,
    });
    // An engine is missing, as it was said loudly.
    if (report === undefined) continue;
    const isRight = printReport(report);
    console.log(`${((performance.now() - startMs) / 1000).toFixed(0)} s, seed ${seed}`);
    if (!isRight) process.exitCode = 1;
  }
}

void main();
