// The simulated PX in a process of its own. The parent asks by messages; px.ts is the other end.
import { createSimulator, type Fault, type FaultName, type FaultScript } from '../../src/simulator';
import { seededRandom } from '../host/random';
import type { PxAnswer, PxQuestion, PxState } from './px';
import { CONFIG, DECLARED } from './workload';

/** Of 1000 requests, how many fail in this way. All can pass: none refuses a message for good. */
const FAULTS: readonly (readonly [share: number, fault: Fault])[] = [
  ...(
    [
      ['error-500', 18],
      ['error-500-after-write', 18],
      ['empty-502', 18],
      ['html-503', 18],
      ['html-404', 12],
      ['redirect-302', 12],
      ['timeout-408', 12],
      ['destroy-before-write', 15],
      ['destroy-after-write', 15],
      ['reset-before-write', 15],
      ['reset-after-write', 15],
      ['truncated-answer', 12],
      ['slow', 10],
      ['hang', 3],
      ['hang-after-write', 3],
      ['throttle-429', 3],
    ] satisfies [FaultName, number][]
  ).map(([fault, share]) => [share, fault] as const),
  [1, { status: 429, headers: { 'retry-after': '1' } }],
];

const LATENCY_MS = { least: 5, most: 50 };

const random = seededRandom(Number(process.argv[2]));

const injected: FaultScript = () => {
  let left = random() * 1000;
  for (const [share, fault] of FAULTS) {
    if (left < share) return fault;
    left -= share;
  }
  return undefined;
};

const simulator = createSimulator({
  apiKey: CONFIG.apiKey,
  attributes: DECLARED!,
  latencyMs: () => LATENCY_MS.least + random() * (LATENCY_MS.most - LATENCY_MS.least),
  faults: [injected],
});
let port: number | undefined;

function state(): PxState {
  const copies: Record<string, number> = {};
  for (const { eventId } of simulator.state.events.list) {
    copies[eventId as string] = (copies[eventId as string] ?? 0) + 1;
  }
  return {
    snapshot: simulator.state.snapshot({ distinctEvents: true }),
    copies,
    requests: simulator.requests,
  };
}

const ANSWERS: Record<PxQuestion, () => Promise<unknown>> = {
  listen: async () => {
    const listening = await simulator.listen(port === undefined ? {} : { port });
    port = listening.port;
    return listening.origin;
  },
  goAway: () => simulator.close(),
  state: () => Promise.resolve(state()),
  inFlight: () => Promise.resolve(simulator.requests.inFlight),
};

process.on('message', (question: PxQuestion) => {
  void ANSWERS[question]().then((value) => {
    process.send!({ question, value } satisfies PxAnswer);
  });
});
process.on('disconnect', () => process.exit());
