// The object memory (`skipUnchanged`): the requests that it saves, the time that it takes, and its size.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { compile, eventTimesOf } from 'gainsight-px';
import { createRouter } from 'gainsight-px/router';
import { createSimulator } from 'gainsight-px/simulator';
import { mixedMessages, repeatingMessages } from './messages.mjs';
import { median, spread } from './statistics.mjs';

const MESSAGES = 2000;
const REMEMBERED_MS = 600_000;
/** Only the required keys. */
const CONFIG = { apiKey: '00000000-0000-0000-0000-000000000000', productTagKey: 'AP-EXAMPLE-2' };
const NO_LIMITS = { requestsPerSecond: Infinity, requestsPerDay: Infinity, maxPending: 10 * MESSAGES };
const HERE = fileURLToPath(import.meta.url);
const OBJECTS = 20_000;

/** Prints three tables. */
export async function benchMemory({ rounds }) {
  await requests();
  await time(rounds);
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--expose-gc', HERE], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the measuring process failed: ${stderr}`);
  console.log(`\nsize of the object memory: ${OBJECTS} users of 15 fields, ${stdout.trim()} bytes each`);
}

async function requests() {
  const rows = {};
  for (const [name, lines] of Object.entries({
    'each identify changes a trait': mixedMessages(MESSAGES),
    'one identify in five does': repeatingMessages(MESSAGES),
  })) {
    const plans = planned(lines);
    rows[name] = {
      without: await requestsPerMessage(plans, {}),
      'with object memory': await requestsPerMessage(plans, { skipUnchanged: REMEMBERED_MS }),
      floor: floorOf(plans),
    };
  }
  console.log(`\nrequests per message: ${MESSAGES} mixed messages, PX knows all users and accounts`);
  console.table(rows);
}

function planned(lines) {
  const destination = compile(CONFIG);
  return lines.map((line) => {
    const message = JSON.parse(line);
    return { plan: destination.process(message), eventTimes: eventTimesOf(message) };
  });
}

async function requestsPerMessage(plans, options) {
  const simulator = createSimulator();
  const { origin } = await simulator.listen();
  for (const runOptions of [{}, options]) {
    simulator.reset('requests');
    const router = createRouter({ ...NO_LIMITS, ...runOptions, origin });
    const outcomes = await Promise.all(
      plans.map(({ plan, eventTimes }) => router.deliver(plan, { eventTimes })),
    );
    if (outcomes.some(({ delivered }) => !delivered)) throw new Error('not everything was delivered');
    await router.close();
  }
  const { total } = simulator.requests;
  await simulator.close();
  return perMessage(total);
}

/** Without the updates that change nothing since the first one of their object, which nobody can know to be needless. */
function floorOf(plans) {
  const held = new Map();
  let total = 0;
  for (const { plan } of plans) {
    for (const { request, effect, object } of plan.steps) {
      if (effect === 'append') total += 1;
      if (effect !== 'upsert' || request.method !== 'PUT') continue;
      const name = `${object.kind} ${object.id}`;
      const before = held.get(name) ?? {};
      const changed = Object.keys(request.body).some(
        (key) => JSON.stringify(request.body[key]) !== JSON.stringify(before[key]),
      );
      if (changed) total += 1;
      held.set(name, { ...before, ...request.body });
    }
  }
  return perMessage(total);
}

const perMessage = (total) => Number((total / MESSAGES).toFixed(4));

/** One run of a plan, with a PX that answers at once. */
async function time(rounds) {
  const answer = { status: 204, headers: { get: () => null }, body: null };
  const options = { ...NO_LIMITS, fetch: () => Promise.resolve(answer) };
  const routers = {
    off: createRouter(options),
    'on, everything is new': createRouter({ ...options, skipUnchanged: REMEMBERED_MS }),
    'on, nothing is new': createRouter({ ...options, skipUnchanged: REMEMBERED_MS }),
  };
  const destination = compile(CONFIG);
  const plansOf = (at, round) => {
    const message = {
      type: 'identify',
      userId: `user-${at}`,
      timestamp: new Date(1.75e12 + round).toISOString(),
      traits: { ...traitsOf(at), score: round },
    };
    return { plan: destination.process(message), eventTimes: eventTimesOf(message) };
  };
  const times = Object.fromEntries(Object.keys(routers).map((name) => [name, []]));
  for (let round = 0; round < rounds + 2; round += 1) {
    for (const [name, router] of Object.entries(routers)) {
      const plans = Array.from({ length: MESSAGES }, (_, at) =>
        plansOf(at, name === 'on, nothing is new' ? 0 : round),
      );
      const startMs = performance.now();
      await Promise.all(plans.map(({ plan, eventTimes }) => router.deliver(plan, { eventTimes })));
      // The first rounds warm up, and fill the memory.
      if (round > 1) times[name].push(((performance.now() - startMs) * 1_000) / MESSAGES);
    }
  }
  for (const router of Object.values(routers)) await router.close();
  console.log('\ntime of the router for a plan, PX answers at once');
  console.table(
    Object.fromEntries(
      Object.entries(times).map(([name, each]) => [
        name,
        { 'µs/plan': Number(median(each).toFixed(1)), 'spread %': spread(each) },
      ]),
    ),
  );
}

/** A user of 15 fields, the score included. */
function traitsOf(at) {
  return {
    email: `user-${at}@example.com`,
    firstName: 'Ada',
    lastName: 'Lovelace',
    title: 'Engineer',
    phone: `+47 ${at}`,
    role: 'admin',
    accountId: `account-${at % 100}`,
    countryName: 'Norway',
    city: 'Oslo',
    street: `Street ${at}`,
    postalCode: '0150',
    timeZone: 'Europe/Oslo',
  };
}

async function measureSize() {
  const answer = { status: 204, headers: { get: () => null }, body: null };
  const router = createRouter({
    ...NO_LIMITS,
    maxPending: 2 * OBJECTS,
    fetch: () => Promise.resolve(answer),
    skipUnchanged: REMEMBERED_MS,
  });
  const destination = compile(CONFIG);
  const run = async (from) => {
    for (let at = from; at < from + OBJECTS; at += 1) {
      const message = {
        type: 'identify',
        userId: `user-${at}`,
        timestamp: new Date(1.75e12 + at).toISOString(),
        traits: { ...traitsOf(at), score: at },
      };
      await router.deliver(destination.process(message), { eventTimes: eventTimesOf(message) });
    }
    globalThis.gc();
    return process.memoryUsage().heapUsed;
  };
  const before = await run(0);
  console.log(Math.round(((await run(OBJECTS)) - before) / OBJECTS));
}

if (process.argv[1] === HERE) await measureSize();
