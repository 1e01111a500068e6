import { formerSecond } from '../../../src/cli/deliver/resume/former-second';
import { FakeClock } from '../../__mocks__/clock.fake';

test.each([
  ['a process that has just begun', 300, 180, 1_020],
  ['one that is older than a second', 1_500, 180, 1_500],
  ['a run without a limit', 300, Infinity, 300],
])('a resumed run begins to send in time: %s', async (_, ageMs, requestsPerSecond, beginsMs) => {
  const clock = new FakeClock();
  await clock.advance(ageMs);
  await clock.runUntil(formerSecond(clock, requestsPerSecond));
  expect(clock.nowMs()).toBe(beginsMs);
});
