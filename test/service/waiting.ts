import type { FakeClock } from '../__mocks__/clock.fake';

/** Resolves when all has happened that was ready to. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Resolves once it is so. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 1));
}

/** Lets all happen that can without time passing: a request on its way through the service takes some turns of the event loop. */
export async function calm(): Promise<void> {
  for (let turn = 0; turn < 100; turn += 1) await settled();
}

/** Moves time on, from timer to timer, until it is settled. */
export async function finish<T>(clock: FakeClock, promise: Promise<T>): Promise<T> {
  let isOver = false;
  void promise.finally(() => (isOver = true));
  await calm();
  while (!isOver) {
    await clock.step();
    await calm();
  }
  return promise;
}
