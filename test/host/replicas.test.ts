import type { Snapshot } from '../../src/simulator';
import type { Mode } from '../../src/service';
import { startBalancer, type Balancer } from './balancer';
import { createHost } from './simulated-host';
import { brokenFirstOrder } from './px-recorder';
import { buildReplicaProgram, type Replica, type ReplicaProgram } from './replica';
import {
  cleanUp,
  cleanUpWith,
  expectedState,
  deliveryIn,
  randomFaults,
  startRecordedPx,
  type ReachablePx,
} from './setup';
import { shortened } from './timing';
import { ROUTER_WAYS } from './ways';
import { CONFIG, hostEvent, workload } from './workload';

/** PX answers slowly, so that a replica has requests in flight when it is killed. */
const messages = workload(50, 40, 2);
const events = messages.map((message) => hostEvent(message));
const PX_LATENCY_MS = 10;
const KILLED_AFTER_REQUESTS = 200;
const SHARE_OF_FAULTS = 0.04;

let program: ReplicaProgram;
let expected: Snapshot;

beforeAll(async () => {
  program = buildReplicaProgram();
  expected = await expectedState(messages, CONFIG);
  await cleanUp();
});

afterAll(() => program.remove());

afterEach(cleanUp);

/** Two replicas behind a balancer; the first is killed during the run, and started again on its port. */
async function startReplicas(
  mode: Mode,
  px: ReachablePx,
): Promise<{ balancer: Balancer; restarted: Promise<number[]> }> {
  const replicas = await Promise.all([0, 0].map((port) => program.start(mode, port, px.origin)));
  const stopAll = (): Promise<unknown> => Promise.all(replicas.map((replica) => replica.kill()));
  cleanUpWith(stopAll);
  const balancer = await startBalancer(replicas.map(({ port }) => port));
  cleanUpWith(() => balancer.close());
  return { balancer, restarted: killAndRestart(mode, px, replicas, balancer) };
}

/** Resolves with the number of connections of each replica when the first is back. */
async function killAndRestart(
  mode: Mode,
  { px, origin }: ReachablePx,
  replicas: Replica[],
  { taken }: Balancer,
): Promise<number[]> {
  await new Promise<void>((resolve) => {
    px.configure({
      latencyMs: PX_LATENCY_MS,
      faults: [
        () => {
          if (px.requests.total >= KILLED_AFTER_REQUESTS) resolve();
          return undefined;
        },
        randomFaults(SHARE_OF_FAULTS, 5, mode),
      ],
    });
  });
  const [first] = replicas as [Replica];
  await first.kill();
  replicas[0] = await program.start(mode, first.port, origin);
  return [...taken];
}

describe('two replicas, of which one is killed and started again', () => {
  it.each(ROUTER_WAYS)(
    'lose nothing and keep the order of each user, also when PX fails: $name',
    async ({ mode }) => {
      const px = await startRecordedPx();
      const { balancer, restarted } = await startReplicas(mode, px);
      const host = createHost({
        transformUrl: balancer.origin,
        ...deliveryIn(mode),
        transformAt: 'router',
        resolve: px.resolve,
        workers: 50,
        timing: { ...shortened(1000), transformRetryMs: 20 },
      });
      const report = await host.run(events);
      expect(report).toMatchObject({ violations: [], panicked: false, states: { Succeeded: events.length } });
      expect(px.px.state.snapshot({ distinctEvents: true })).toEqual(expected);
      expect(brokenFirstOrder(px.recorder.writes)).toEqual([]);
      expect(px.recorder.writes.length).toBeGreaterThan(events.length);
      const before = await restarted;
      for (const [index, count] of balancer.taken.entries()) expect(count).toBeGreaterThan(before[index]!);
    },
  );
});
