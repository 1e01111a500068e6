import { systemClock } from '../../src/runtime';

const LONG_MS = 2 ** 31 + 1_000;

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

/** Node's own timer fires at once when it is set for longer than 2 ** 31 - 1 milliseconds. */
test('a call after more than 24 days comes at its time', () => {
  const callback = jest.fn();
  systemClock.after(LONG_MS, callback);
  jest.advanceTimersByTime(LONG_MS - 1);
  expect(callback).not.toHaveBeenCalled();
  jest.advanceTimersByTime(1);
  expect(callback).toHaveBeenCalledTimes(1);
});

test('it can be cancelled, also when a part of that time is over', () => {
  const callback = jest.fn();
  const cancel = systemClock.after(LONG_MS, callback);
  jest.advanceTimersByTime(2 ** 31);
  cancel();
  jest.advanceTimersByTime(LONG_MS);
  expect(callback).not.toHaveBeenCalled();
});
