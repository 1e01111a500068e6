import type { JsonObject } from '../../src/core/json/json-object';
import { crowdedWorkload } from './crowded-workload';
import { IMPATIENT } from './impatient';
import { cleanUp, deliveryIn, startPx, startService } from './setup';
import { createHost } from './simulated-host';
import { PROCESSOR_WAYS, ROUTER_WAYS, type Way } from './ways';

afterEach(cleanUp);

/** At the processor in inline mode the host repeats the updates itself, so there the service remembers nothing. */
const WAYS: readonly Way[] = [...ROUTER_WAYS, ...PROCESSOR_WAYS.filter(({ mode }) => mode === 'delivery')];
const MEMORY = { ...IMPATIENT, skipUnchanged: 600_000 };

/** What each user and account must hold: the values of its newest event, which is the one with the highest number. */
function newest(messages: readonly JsonObject[]): Record<string, unknown> {
  const held: Record<string, unknown> = {};
  for (const { type, userId, groupId, traits } of messages) {
    if (type === 'identify') held[`${String(userId)} score`] = (traits as JsonObject).score;
    if (type !== 'group') continue;
    held[`${String(userId)} accountId`] = groupId;
    held[`${String(groupId)} numberOfEmployees`] = (traits as JsonObject).numberOfEmployees;
  }
  return held;
}

function heldBy(
  px: Awaited<ReturnType<typeof startPx>>['px'],
  expected: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.keys(expected).map((name) => {
      const [id, field] = name.split(' ') as [string, string];
      return [name, (px.state.users.get(id) ?? px.state.accounts.get(id))?.[field]];
    }),
  );
}

describe.each(WAYS)('a host that orders by its own key, $name', ({ mode, options }) => {
  it('ends with the newest values of each user and account', async () => {
    const { events } = crowdedWorkload(300);
    const expected = newest(events.map(({ message }) => message as JsonObject));
    const px = await startPx();
    const transformUrl = await startService(mode, px, { router: MEMORY });
    const delivery = { ...deliveryIn(mode), ...options };
    const host = createHost({ transformUrl, resolve: px.resolve, workers: 16, ...delivery });
    const report = await host.run(events);
    expect(report).toMatchObject({ violations: [], states: { Succeeded: events.length } });
    expect(heldBy(px.px, expected)).toEqual(expected);
    const metrics = await (await fetch(`${transformUrl}/metrics`)).text();
    const [, stale] = /^gainsight_px_px_unsent_stale_fields_total (\d+)$/m.exec(metrics)!;
    // Otherwise nothing arrived late, and the test would show nothing.
    expect(Number(stale)).toBeGreaterThan(0);
  });
});
