import type { JsonObject } from '../../src/core/json-object';
import type { Snapshot } from '../../src/simulator';
import type { HostEvent } from './job';
import { brokenOrder } from './px-recorder';
import { cleanUp, expectedState, randomFaults, startPx, startRecordedPx, startScene } from './setup';
import { ROUTER_WAYS } from './ways';
import { CONFIG, hostEvent, workload } from './workload';

/** The host's own test of order is the model: 50 users, 40 jobs each, and a destination that fails as scripted. */
const MANY = workload(50, 40);
/** Enough for what is new about the other ways. */
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

jest.setTimeout(60_000);

const ids = (records: readonly object[], name: string): unknown[] =>
  records.map((record) => (record as Record<string, unknown>)[name]);

describe('50 users with 40 jobs each, and a PX that fails', () => {
  it.each(ROUTER_WAYS)('are all delivered, in the order of each user: $name', async ({ mode, options }) => {
    const faults = randomFaults(SHARE_OF_FAULTS, 7, { deceptive: mode === 'delivery' });
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
    const faults = randomFaults(SHARE_OF_FAULTS, 7, { deceptive: true });
    const px = await startRecordedPx(faults);
    const scene = await startScene('delivery', px, { transformAt: 'processor' });
    const report = await scene.run(eventsOf(FEW));
    expect(report).toMatchObject({ violations: [], panicked: false, states: { Succeeded: FEW.length } });
    expect(px.px.state.snapshot({ distinctEvents: true })).toEqual(ofFew);
    expect(brokenOrder(px.recorder.writes)).toEqual([]);
  });

  // Requests for several batches run side by side there, and each is sent again as a whole: nothing may be lost, but the host
  // itself does not keep the order in which plans are run.
  it('are all delivered: inline mode at the processor', async () => {
    const faults = randomFaults(SHARE_OF_FAULTS, 7, { deceptive: false });
    const px = await startPx(faults);
    const report = await (await startScene('inline', px, { transformAt: 'processor' })).run(eventsOf(FEW));
    expect(report).toMatchObject({ violations: [], panicked: false, states: { Succeeded: FEW.length } });
    // A batch of 100 in which anything fails comes again as a whole.
    expect(report.transformRequests).toBeGreaterThan(FEW.length / 100);
    const state = px.px.state.snapshot({ distinctEvents: true });
    expect(state.events).toEqual(ofFew.events);
    expect(ids(state.users, 'identifyId')).toEqual(ids(ofFew.users, 'identifyId'));
    expect(ids(state.users, 'accountId')).toEqual(ids(ofFew.users, 'accountId'));
    expect(ids(state.accounts, 'id')).toEqual(ids(ofFew.accounts, 'id'));
  });

  it.each(ROUTER_WAYS)(
    'are all delivered though each third answer is lost: $name',
    async ({ mode, options }) => {
      const faults = randomFaults(SHARE_OF_FAULTS / 4, 11, { deceptive: mode === 'delivery' });
      const losesAnswer = (request: number): boolean => request % 3 === 0;
      const px = await startPx(faults);
      const report = await (await startScene(mode, px, { ...options, losesAnswer })).run(eventsOf(FEW));
      expect(report).toMatchObject({ violations: [], panicked: false, states: { Succeeded: FEW.length } });
      expect(report.lostAnswers).toBeGreaterThan(9);
      expect(px.px.state.snapshot({ distinctEvents: true })).toEqual(ofFew);
    },
  );
});
