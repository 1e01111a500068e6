import { identify, track, World } from './world';

const OUTAGE = { outage: { retryForMs: Infinity } };
const nameOf = ({ body, path }: { body: unknown; path: string }): string =>
  (body as { eventName?: string } | undefined)?.eventName ?? path;

test('while PX takes nothing, the worker waits, and makes no dead letter', async () => {
  let isAway = true;
  const world = new World(() => ({ status: isAway ? 503 : 201 }), OUTAGE);
  world.assign(0);
  await world.take(0, 0, track('u1', 'a'), track('u1', 'b'), track('u2', 'c'), identify('u3'));
  await world.clock.advance(5 * 3_600_000);
  expect([world.letters, world.committed.size]).toEqual([[], 0]);
  // One try a minute, and not all messages all the time.
  expect(world.px.sent.length).toBeLessThan(5 * 60 * 3);
  isAway = false;
  await world.clock.advance(120_000);
  expect(world.committed.get(0)).toBe(4n);
  expect(world.letters).toEqual([]);
});

test('a message that fails for ever becomes a dead letter although the worker would wait for PX', async () => {
  const world = new World((request) => ({ status: nameOf(request) === 'poison' ? 500 : 201 }), OUTAGE);
  world.assign(0);
  await world.take(0, 0, track('u1', 'poison'), track('u1', 'after'));
  for (let minute = 0; minute < 60; minute += 1) {
    await world.take(0, 2 + minute, track('u2', `e${minute}`));
    await world.clock.advance(60_000);
  }
  expect(world.letters).toMatchObject([
    { record: { offset: 0n }, reason: { code: 'unavailable', retryable: true } },
  ]);
  expect(world.sentTo).toContain('after');
  expect(world.committed.get(0)).toBe(62n);
});

test('a poisoned message alone in its topic waits: nothing says that PX is well', async () => {
  const world = new World((request) => ({ status: nameOf(request) === 'poison' ? 500 : 201 }), OUTAGE);
  world.assign(0);
  await world.take(0, 0, track('u1', 'poison'));
  await world.clock.advance(3_600_000);
  expect(world.letters).toEqual([]);
  await world.take(0, 1, track('u2', 'a'));
  await world.clock.advance(3_600_000);
  expect(world.sentTo).toContain('a');
});

test("a day's quota that is used up is waited for, and no message becomes a dead letter", async () => {
  const world = new World(undefined, { ...{ onQuotaUsedUp: 'wait' }, requestsPerDay: 2 });
  world.assign(0);
  await world.take(0, 0, track('u1', 'a'), track('u1', 'b'), track('u1', 'c'));
  await world.clock.advance(3_600_000);
  expect([world.sentTo, world.letters]).toEqual([['a', 'b'], []]);
  await world.clock.advance(24 * 3_600_000);
  expect(world.sentTo).toEqual(['a', 'b', 'c']);
  expect(world.committed.get(0)).toBe(3n);
});

test("a day's quota that is used up stops the worker where it is told so, and nothing of it is a dead letter", async () => {
  const world = new World(undefined, { onQuotaUsedUp: 'fail', requestsPerDay: 2 });
  world.assign(0);
  await world.take(0, 0, track('u1', 'a'), track('u1', 'b'), track('u1', 'c'), track('u2', 'd'));
  await world.clock.advance(10_000);
  expect(world.session.stop.reason).toBe('daily_quota_reached');
  await world.session.end(new AbortController().signal);
  expect([world.letters, world.px.sent.length]).toEqual([[], 2]);
  expect(world.committed.get(0)).toBeLessThanOrEqual(2);
});

test('with an object memory, a repeated identify is not sent, and an older one overwrites nothing', async () => {
  const world = new World(() => ({ status: 204 }), { skipUnchanged: 600_000 });
  world.assign(0, 1);
  const at = (minute: number): string => `2024-01-01T00:0${minute}:00.000Z`;
  const group = (minute: number, plan: string) => ({
    ...{ type: 'group', userId: `u${minute}`, groupId: 'g1', traits: { plan } },
    originalTimestamp: at(minute),
    timestamp: at(minute),
  });
  await world.take(0, 0, group(2, 'new'));
  await world.clock.advance(1_000);
  await world.take(1, 0, group(1, 'old'));
  await world.clock.advance(1_000);
  const accounts = world.px.sent.filter(({ path }) => path.includes('accounts'));
  expect(accounts.map(({ body }) => (body as { plan?: string }).plan)).toEqual(['new']);
  expect([...world.committed.values()]).toEqual([1n, 1n]);
});
