import { CommitSchedule } from '../../../src/cli/consume/commit-schedule';
import type { PartitionOffset } from '../../../src/kafka';
import { FakeClock, settled } from '../../__mocks__/clock.fake';

function schedule(commit?: (positions: readonly PartitionOffset[]) => Promise<boolean>) {
  const clock = new FakeClock();
  const commits: (readonly PartitionOffset[])[] = [];
  const failures: unknown[] = [];
  const commits1 = new CommitSchedule({
    clock,
    intervalMs: 1_000,
    commit: async (positions) => {
      commits.push(positions);
      return (await commit?.(positions)) ?? true;
    },
    onFailure: (error) => failures.push(error),
  });
  return { clock, schedule: commits1, commits, failures };
}

const at = (partition: number, offset: number): PartitionOffset => ({
  topic: 't',
  partition,
  offset: BigInt(offset),
});

test('commits the last position of each partition, once in an interval', async () => {
  const { clock, schedule: commits, commits: sent } = schedule();
  commits.note(at(0, 1));
  commits.note(at(0, 2));
  commits.note(at(1, 7));
  await clock.advance(999);
  expect(sent).toEqual([]);
  await clock.advance(1);
  expect(sent).toEqual([[at(0, 2), at(1, 7)]]);
  await clock.advance(10_000);
  expect(sent).toHaveLength(1);
});

test('flush commits at once, and nothing twice', async () => {
  const { clock, schedule: commits, commits: sent } = schedule();
  commits.note(at(0, 1));
  await commits.flush();
  await commits.flush();
  await clock.advance(5_000);
  expect(sent).toEqual([[at(0, 1)]]);
  expect(clock.waiting).toBe(0);
});

test('a failed commit is tried again, with what is newer', async () => {
  let fail = true;
  const {
    clock,
    schedule: commits,
    commits: sent,
    failures,
  } = schedule(() => {
    if (fail) return Promise.reject(new Error('away'));
    return Promise.resolve(true);
  });
  commits.note(at(0, 1));
  commits.note(at(1, 1));
  await commits.flush();
  expect(failures).toHaveLength(1);
  commits.note(at(0, 2));
  fail = false;
  await clock.advance(1_000);
  expect(sent.at(-1)).toEqual([at(0, 2), at(1, 1)]);
});

test('there is one commit at a time, so that an older one never comes last', async () => {
  let finish!: () => void;
  const {
    clock,
    schedule: commits,
    commits: sent,
  } = schedule(
    () =>
      new Promise((resolve) => {
        finish = () => {
          resolve(true);
        };
      }),
  );
  commits.note(at(0, 1));
  await clock.advance(1_000);
  commits.note(at(0, 2));
  await clock.advance(5_000);
  const flushed = commits.flush();
  await settled();
  expect(sent).toHaveLength(1);
  finish();
  await settled();
  expect(sent).toEqual([[at(0, 1)], [at(0, 2)]]);
  finish();
  await flushed;
});

test('what is forgotten is not committed', async () => {
  const { clock, schedule: commits, commits: sent } = schedule();
  commits.note(at(0, 1));
  commits.note(at(1, 1));
  commits.forget(at(0, 0));
  await clock.advance(1_000);
  expect(sent).toEqual([[at(1, 1)]]);
});

test('after the close nothing is committed, and no timer is left', async () => {
  const { clock, schedule: commits, commits: sent } = schedule(() => Promise.reject(new Error('away')));
  commits.note(at(0, 1));
  await commits.close();
  commits.note(at(0, 2));
  expect(sent).toHaveLength(1);
  expect(clock.waiting).toBe(0);
});
