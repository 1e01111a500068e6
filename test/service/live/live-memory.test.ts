import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { LiveLog } from '../../../src/service/live/live-log';
import { NOTHING_SENT } from '../../../src/router';
import { CONFIG } from '../running-service';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function memoryUsed(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const COUNT = 300;
const LENGTH = 300_000;

/** As a body brings it: short texts, each a part of a long one, beside a large rest. */
function message(index: number): object {
  const body = Buffer.alloc(LENGTH, `user ${index} `).toString('latin1');
  return {
    userId: body.slice(0, 250),
    groupId: body.slice(1, 250),
    event: body.slice(2, 250),
    traits: { rest: Array.from({ length: 1_000 }, (_, at) => ({ at })) },
  };
}

// 300 bodies would take 90 MB.
test('an event that is kept holds nothing of the body that brought it', async () => {
  const log = new LiveLog({
    name: 'a',
    epochMs: Date.now,
    load: () => ({ pending: 0, inFlight: 0, pausedMs: 0 }),
    onFault: () => undefined,
  });
  const note = (index: number): void => {
    log.note({
      route: 'deliver',
      events: [{ type: 'track', outcome: 'delivered' }],
      sourceOf: () => ({
        message: message(index),
        metadata: {},
        destinationId: 'dst-1',
        config: CONFIG,
        plan: undefined,
        result: { delivered: true, ...NOTHING_SENT },
      }),
      durationMs: 1,
      bodyBytes: LENGTH,
    });
  };
  note(0);
  await log.settled();
  const before = memoryUsed();
  for (let index = 1; index < COUNT; index += 1) note(index);
  await log.settled();
  expect(memoryUsed() - before).toBeLessThan(2 * log.bytes + 1_000_000);
  expect((await log.part({ limit: 1_000 })).kept).toBe(COUNT);
});
