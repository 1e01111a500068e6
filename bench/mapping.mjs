// The speed of the mapping, as ratios to baselines of the same run: `JSON.parse` of the event's text, and for
// track a transform written by hand.
import assert from 'node:assert/strict';
import { Bench } from 'tinybench';
import { compile, process as processEvent } from 'gainsight-px';
import { CONFIG, EVENTS } from './events.mjs';
import { handWrittenTrack } from './hand-written-track.mjs';
import { median, spread } from './statistics.mjs';

/** Calls per measured iteration: a single call is too short for the clock. */
const CALLS = 200;
/** So many configurations that no cache of the engine recognises them by identity. */
const FRESH_CONFIGS = 500;

const HAND_CONFIG = {
  apiKey: CONFIG.apiKey,
  productTagKey: CONFIG.productTagKey,
  baseUrl: 'https://api.aptrinsic.com/v1',
  globalContext: Object.fromEntries(CONFIG.globalContextMap.map(({ from, to }) => [from, to])),
};

/** Measures all forms of one event side by side, in rounds, and gives the medians of the rounds. */
async function measure(name, { rounds, timeMs }) {
  const text = JSON.stringify(EVENTS[name]);
  const event = JSON.parse(text);
  const destination = compile(CONFIG);
  const configText = JSON.stringify(CONFIG);
  const configs = Array.from({ length: FRESH_CONFIGS }, () => JSON.parse(configText));
  let at = 0;

  const forms = {
    'JSON.parse': () => JSON.parse(text),
    'process, compiled': () => destination.process(event),
    'process, fresh config': () => processEvent(event, configs[(at = (at + 1) % FRESH_CONFIGS)]),
    explain: () => destination.explain(event),
  };
  if (event.type === 'track') {
    assert.deepEqual(handWrittenTrack(event, HAND_CONFIG), destination.process(event));
    forms['hand-written'] = () => handWrittenTrack(event, HAND_CONFIG);
  }

  const times = Object.fromEntries(Object.keys(forms).map((form) => [form, []]));
  for (let round = 0; round <= rounds; round += 1) {
    const bench = new Bench({ time: timeMs, warmupTime: round === 0 ? timeMs * 3 : timeMs / 4 });
    for (const [form, call] of Object.entries(forms)) {
      bench.add(form, () => {
        let last;
        for (let i = 0; i < CALLS; i += 1) last = call();
        return void last;
      });
    }
    await bench.run();
    // The first round warms up the engine.
    if (round > 0)
      for (const task of bench.tasks) times[task.name].push((task.result.latency.p50 * 1e6) / CALLS);
  }
  return { bytes: text.length, times };
}

/** Runs the benchmark and prints a table per event. */
export async function benchMapping(options) {
  for (const name of Object.keys(EVENTS)) {
    const { bytes, times } = await measure(name, options);
    const parse = times['JSON.parse'];
    console.log(`\n${name} (${bytes} bytes of JSON)`);
    console.table(
      Object.fromEntries(
        Object.entries(times).map(([form, ns]) => [
          form,
          {
            'ns/event': Math.round(median(ns)),
            'spread %': spread(ns),
            'events/s': Math.round(1e9 / median(ns)),
            '÷ JSON.parse': ratio(ns, parse),
            '÷ compiled': ratio(ns, times['process, compiled']),
            ...(times['hand-written'] ? { '÷ hand-written': ratio(ns, times['hand-written']) } : {}),
          },
        ]),
      ),
    );
  }
}

/** The median of the ratios of the rounds: both sides of a ratio ran at the same state of the machine. */
function ratio(a, b) {
  return Number(median(a.map((value, round) => value / b[round])).toFixed(2));
}
