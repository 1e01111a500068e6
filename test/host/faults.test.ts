import type { JsonObject } from '../../src/core/json/json-object';
import type { Snapshot } from '../../src/simulator';
import type { HostOptions } from './simulated-host';
import type { HostEvent } from './job';
import { brokenOrder } from './px-recorder';
import {
  cleanUp,
  expectedState,
  failingFirst,
  randomFaults,
  startPx,
  startRecordedPx,
  startScene,
} from './setup';
import { ROUTER_WAYS, WAYS } from './ways';
import { CONFIG, hostEvent, workload } from './workload';

/**
 * As in rudder-server's own test of job order: 50 users, 40 jobs each, and a destination that fails as
 * scripted.
 */
const MANY = workload(50, 40);
/** Fewer jobs are enough for the other ways. */
const FEW = workload(50, 12);
const SHARE_OF_FAULTS = 0.08;
let ofMany: Snapshot;
let ofFew: Snapshot;

const eventsOf = (messages: readonly JsonObject[]): HostEvent[] =>
  messages.map((message) => hostEvent(message));

beforeAll(async () => {
  ofMany = await expectedState(MANY, CONFIG);
  ofFew = await expectedState(FEW, CONFIG);
  await cleanUp();
});

afterEach(cleanUp);

/** All users, accounts and events in PX. */
function idsOf({ users, accounts, events }: Snapshot): object {
  return {
    users: users.map(({ identifyId, accountId }) => ({ identifyId, accountId })),
    accounts: accounts.map(({ id }) => id),
    events,
  };
}

describe('50 users with 40 jobs each, and a PX that fails', () => {
  it.each(ROUTER_WAYS)('are all delivered, in the order of each user: $name', async ({ mode, options }) => {
    const faults = randomFaults(SHARE_OF_FAULTS, 7, mode);
    const px = await startRecordedPx(faults);
    const report = await (await startScene(mode, px, options)).run(eventsOf(MANY));
    expect(report).toMatchObject({ violations: [], panicked: false, states: { Succeeded: MANY.length } });
    expect(report.jobs.filter(({ attempts }) => attempts > 1).length).toBeGreaterThan(10);
    expect(px.px.state.snapshot({ distinctEvents: true })).toEqual(ofMany);
    expect(brokenOrder(px.recorder.writes)).toEqual([]);
  });
});

describe('50 users with 12 jobs each, and a PX that fails', () => {
  it('are all delivered, in the order of each user: delivery mode at the processor', async () => {
    const faults = randomFaults(SHARE_OF_FAULTS, 7, 'delivery');
    const px = await startRecordedPx(faults);
    const scene = await startScene('delivery', px, { transformAt: 'processor' });
    const report = await scene.run(eventsOf(FEW));
    expect(report).toMatchObject({ violations: [], panicked: false, states: { Succeeded: FEW.length } });
    expect(px.px.state.snapshot({ distinctEvents: true })).toEqual(ofFew);
    expect(brokenOrder(px.recorder.writes)).toEqual([]);
  });

  it.each([
    // The host sends several batches at the same time, and repeats a failed one as a whole. No event may be
    // lost, but the host itself does not keep the order.
    { batches: 'side by side', eventsPerProcessorBatch: 100, share: SHARE_OF_FAULTS, inOrder: false },
    // One batch holds all events that the host reads at a time, so batches follow one another. With more
    // faults a batch would be repeated again and again.
    { batches: 'one after another', eventsPerProcessorBatch: 400, share: SHARE_OF_FAULTS / 8, inOrder: true },
  ])(
    'are all delivered: inline mode at the processor, batches $batches',
    async ({ eventsPerProcessorBatch, share, inOrder }) => {
      const faults = randomFaults(share, 7, 'inline', 'processor');
      const px = await startPx(failingFirst(['user-0'], 4, faults));
      const options: Partial<HostOptions> = { transformAt: 'processor', eventsPerProcessorBatch };
      const report = await (await startScene('inline', px, options)).run(eventsOf(FEW));
      expect(report).toMatchObject({ violations: [], panicked: false, states: { Succeeded: FEW.length } });
      // The host repeats a batch as a whole when one event of it fails.
      expect(report.transformRequests).toBeGreaterThan(Math.ceil(FEW.length / eventsPerProcessorBatch));
      const state = px.px.state.snapshot({ distinctEvents: true });
      expect(inOrder ? state : idsOf(state)).toEqual(inOrder ? ofFew : idsOf(ofFew));
    },
  );

  it.each(WAYS)('are all delivered when every third answer is lost: $name', async ({ mode, options }) => {
    const faults = randomFaults(SHARE_OF_FAULTS / 4, 11, mode, options.transformAt);
    const losesAnswer = (request: number): boolean => request % 3 === 0;
    const px = await startPx(faults);
    const report = await (
      await startScene(mode, px, { ...options, losesAnswer, eventsPerProcessorBatch: 20 })
    ).run(eventsOf(FEW));
    expect(report).toMatchObject({ violations: [], panicked: false, states: { Succeeded: FEW.length } });
    expect(report.lostAnswers).toBeGreaterThan(9);
    // The lost answers belong to requests that PX carried out.
    if (mode === 'delivery') expect(report.lostProxyAnswers).toBeGreaterThan(99);
    expect(px.px.state.snapshot({ distinctEvents: true })).toEqual(ofFew);
  });
});
