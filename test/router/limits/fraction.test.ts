import { createMemoryRateLimiter } from '../../../src/router';
import { FakeClock } from '../../__mocks__/clock.fake';

test('a limit below one is one request in a longer time', async () => {
  const clock = new FakeClock();
  const limiter = createMemoryRateLimiter({ requestsPerSecond: 0.25, requestsPerDay: Infinity }, clock);
  const grantedMs: number[] = [];
  for (let count = 0; count < 3; count += 1) {
    void limiter.acquire(new AbortController().signal).then(() => grantedMs.push(clock.nowMs()));
  }
  await clock.advance(10_000);
  expect(grantedMs).toEqual([0, 4_080, 8_160]);
});
