import { sleep, untilAborted, waitFor } from '../../src/runtime';
import { FakeClock, settled } from '../__mocks__/clock.fake';

/** How many listeners a signal has. */
function counted(signal: AbortSignal): () => number {
  let count = 0;
  const { addEventListener, removeEventListener } = signal;
  jest.spyOn(signal, 'addEventListener').mockImplementation((...args) => {
    count += 1;
    addEventListener.apply(signal, args as Parameters<typeof addEventListener>);
  });
  jest.spyOn(signal, 'removeEventListener').mockImplementation((...args) => {
    count -= 1;
    removeEventListener.apply(signal, args as Parameters<typeof removeEventListener>);
  });
  return () => count;
}

test.each<[string, (resolve: (value: string) => void) => void]>([
  ['later', (resolve) => queueMicrotask(() => resolve('done'))],
  ['at once', (resolve) => resolve('done')],
])('resolves %s, and listens to the signal no longer', async (_when, start) => {
  const { signal } = new AbortController();
  const listeners = counted(signal);
  const stop = jest.fn();
  await expect(
    waitFor<string>(signal, (resolve) => {
      start(resolve);
      return stop;
    }),
  ).resolves.toBe('done');
  expect(listeners()).toBe(0);
  expect(stop).not.toHaveBeenCalled();
});

test('rejects with what it waits for, and listens no longer', async () => {
  const { signal } = new AbortController();
  const listeners = counted(signal);
  const failed = waitFor(signal, (_resolve, reject) => {
    queueMicrotask(() => reject(new Error('no')));
    return () => undefined;
  });
  await expect(failed).rejects.toThrow('no');
  expect(listeners()).toBe(0);
});

test.each([
  ['before', true],
  ['during the wait', false],
])('an abort %s stops the wait and rejects with the reason', async (_when, isBefore) => {
  const controller = new AbortController();
  if (isBefore) controller.abort(new Error('gone'));
  const stop = jest.fn();
  const waiting = waitFor(controller.signal, () => stop);
  if (!isBefore) controller.abort(new Error('gone'));
  await expect(waiting).rejects.toThrow('gone');
  expect(stop).toHaveBeenCalledTimes(1);
});

test('an aborted sleep leaves no timer', async () => {
  const clock = new FakeClock();
  const controller = new AbortController();
  const sleeping = sleep(clock, 1_000, controller.signal);
  expect(clock.waiting).toBe(1);
  controller.abort(new Error('gone'));
  await expect(sleeping).rejects.toThrow('gone');
  expect(clock.waiting).toBe(0);
});

test('a promise that rejects after the abort is handled', async () => {
  const unhandled = jest.fn();
  process.on('unhandledRejection', unhandled);
  let fail!: (reason: Error) => void;
  const promise = new Promise<void>((_resolve, reject) => {
    fail = reject;
  });
  await expect(untilAborted(promise, AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone');
  fail(new Error('too late'));
  await settled();
  process.off('unhandledRejection', unhandled);
  expect(unhandled).not.toHaveBeenCalled();
});
