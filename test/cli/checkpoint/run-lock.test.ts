import { existsSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { LockHeld, RunLock } from '../../../src/cli/checkpoint/run-lock';
import { systemClock, type Clock } from '../../../src/runtime';
import { cleanUp, tempFile } from '../cli';

afterEach(cleanUp);

const newPath = (): string => path.join(path.dirname(tempFile('x', '')), 'lock');

/** A clock whose waits are over at once, and during which something happens. */
function clockThat(happens: () => void): Clock & { readonly waits: number[] } {
  const waits: number[] = [];
  return {
    ...systemClock,
    waits,
    after: (delayMs, callback) => {
      waits.push(delayMs);
      happens();
      callback();
      return () => undefined;
    },
  };
}

const idle = clockThat(() => undefined);

test('a second owner is refused until the first has released it', async () => {
  const file = newPath();
  const first = await RunLock.acquire(file, idle);
  await expect(RunLock.acquire(file, idle)).rejects.toThrow(LockHeld);
  first.release();
  expect(existsSync(file)).toBe(false);
  const second = await RunLock.acquire(file, idle);
  expect([first.isMine(), second.isMine()]).toEqual([false, true]);
  // What the first one does now does not touch the second.
  first.release();
  expect(second.isMine()).toBe(true);
});

describe('a lock of another machine', () => {
  const foreign = JSON.stringify({ id: 'a', pid: process.pid, place: 'elsewhere ns boot', began: null });

  test('is held as long as its owner touches it', async () => {
    const file = newPath();
    writeFileSync(file, foreign);
    const clock = clockThat(() => {
      utimesSync(file, new Date(0), new Date(0));
    });
    await expect(RunLock.acquire(file, clock)).rejects.toThrow(`process ${process.pid} on elsewhere`);
    expect(clock.waits).toEqual([5_000]);
  });

  test('is taken over when nobody touches it', async () => {
    const file = newPath();
    writeFileSync(file, foreign);
    expect((await RunLock.acquire(file, idle)).isMine()).toBe(true);
  });

  test('is not taken over when a third process was faster', async () => {
    const file = newPath();
    writeFileSync(file, foreign);
    const other = foreign.replace('"a"', '"b"');
    const clock = clockThat(() => {
      writeFileSync(file, other);
    });
    await expect(RunLock.acquire(file, clock)).rejects.toThrow(LockHeld);
    expect(readFileSync(file, 'utf8')).toBe(other);
  });
});

test('half a lock, of a process that was killed while it wrote, is taken over', async () => {
  const file = newPath();
  writeFileSync(file, '{"id":');
  expect((await RunLock.acquire(file, idle)).isMine()).toBe(true);
});

test('a process of the same number that began at another time is another process', async () => {
  const file = newPath();
  await RunLock.acquire(file, idle);
  const owner = JSON.parse(readFileSync(file, 'utf8')) as { began: string | null };
  // Only Linux says when a process began.
  if (owner.began === null) return;
  writeFileSync(file, JSON.stringify({ ...owner, began: '1' }));
  expect((await RunLock.acquire(file, idle)).isMine()).toBe(true);
});
