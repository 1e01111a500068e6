import type { Snapshot } from '../../src/simulator';
import { brokenOrder } from './px-recorder';
import { cleanUp, expectedState, randomFaults, startScene } from './setup';
import { ROUTER_WAYS } from './ways';
import { CONFIG, hostEvent, workload } from './workload';

/** The host's own test of order is the model: 50 users, 40 jobs each, and a destination that fails as scripted. */
const messages = workload(50, 40);
const events = messages.map((message) => hostEvent(message));
const SHARE_OF_FAULTS = 0.08;
let expected: Snapshot;

beforeAll(async () => {
  expected = await expectedState(messages, CONFIG);
  await cleanUp();
});

afterEach(cleanUp);

jest.setTimeout(60_000);

const ids = (records: readonly object[], name: string): unknown[] =>
  records.map((record) => (record as Record<string, unknown>)[name]);

describe('50 users with 40 jobs each, and a PX that fails', () => {
  it.each(ROUTER_WAYS)('are all delivered, in the order of each user: $name', async ({ mode, options }) => {
    const faults = randomFaults(SHARE_OF_FAULTS, 7, { deceptive: mode === 'delivery' });
    const { px, recorder, run } = await startScene(mode, { ...options, faults });
    const report = await run(events);
    expect(report).toMatchObject({ violations: [], panicked: false, states: { Succeeded: events.length } });
    expect(report.jobs.filter(({ attempts }) => attempts > 1).length).toBeGreaterThan(10);
    expect(px.state.snapshot({ distinctEvents: true })).toEqual(expected);
    expect(brokenOrder(recorder.writes)).toEqual([]);
  });

  it('are all delivered, in the order of each user: delivery mode at the processor', async () => {
    const faults = randomFaults(SHARE_OF_FAULTS, 7, { deceptive: true });
    const { px, recorder, run } = await startScene('delivery', { transformAt: 'processor', faults });
    const report = await run(events);
    expect(report).toMatchObject({ violations: [], panicked: false, states: { Succeeded: events.length } });
    expect(px.state.snapshot({ distinctEvents: true })).toEqual(expected);
    expect(brokenOrder(recorder.writes)).toEqual([]);
  });

  // Requests for several batches run side by side there, and each is sent again as a whole: nothing may be lost, but the host
  // itself does not keep the order in which plans are run.
  it('are all delivered: inline mode at the processor', async () => {
    const faults = randomFaults(SHARE_OF_FAULTS / 4, 7, { deceptive: false });
    const { px, run } = await startScene('inline', { transformAt: 'processor', faults });
    const report = await run(events);
    expect(report).toMatchObject({ violations: [], panicked: false, states: { Succeeded: events.length } });
    const state = px.state.snapshot({ distinctEvents: true });
    expect(state.events).toEqual(expected.events);
    expect(ids(state.users, 'identifyId')).toEqual(ids(expected.users, 'identifyId'));
    expect(ids(state.users, 'accountId')).toEqual(ids(expected.users, 'accountId'));
    expect(ids(state.accounts, 'id')).toEqual(ids(expected.accounts, 'id'));
  });

  it.each(ROUTER_WAYS)(
    'are all delivered though each tenth answer is lost: $name',
    async ({ mode, options }) => {
      const faults = randomFaults(SHARE_OF_FAULTS / 4, 11, { deceptive: mode === 'delivery' });
      const losesAnswer = (request: number): boolean => request % 10 === 0;
      const { px, run } = await startScene(mode, { ...options, faults, losesAnswer });
      const report = await run(events);
      expect(report).toMatchObject({ violations: [], panicked: false, states: { Succeeded: events.length } });
      expect(report.lostAnswers).toBeGreaterThan(9);
      expect(px.state.snapshot({ distinctEvents: true })).toEqual(expected);
    },
  );
});
