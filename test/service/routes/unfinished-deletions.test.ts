import { UnfinishedDeletions } from '../../../src/service/routes/unfinished-deletions';

const MINUTE = 60_000;

test('what is done of a request is remembered until the request is finished, and of that one alone', () => {
  const deletions = new UnfinishedDeletions(() => 0);
  deletions.doneOf(['config', ['u1', 'u2']]).add('u1');
  expect([...deletions.doneOf(['config', ['u1', 'u2']])]).toEqual(['u1']);
  expect([...deletions.doneOf(['other config', ['u1', 'u2']])]).toEqual([]);
  expect([...deletions.doneOf(['config', ['u1']])]).toEqual([]);
  deletions.finished(['config', ['u1', 'u2']]);
  expect([...deletions.doneOf(['config', ['u1', 'u2']])]).toEqual([]);
});

test('an hour after it was last offered, nothing is remembered of a request', () => {
  let nowMs = 0;
  const deletions = new UnfinishedDeletions(() => nowMs);
  deletions.doneOf(['r']).add('u1');
  nowMs += 59 * MINUTE;
  expect([...deletions.doneOf(['r'])]).toEqual(['u1']);
  nowMs += 59 * MINUTE;
  expect([...deletions.doneOf(['r'])]).toEqual(['u1']);
  nowMs += 60 * MINUTE;
  expect([...deletions.doneOf(['r'])]).toEqual([]);
});

test('of more than a hundred requests, the one that was not offered for longest is forgotten', () => {
  const deletions = new UnfinishedDeletions(() => 0);
  for (let request = 0; request < 100; request += 1) deletions.doneOf([request]).add('u1');
  expect(deletions.doneOf([0]).size).toBe(1);
  deletions.doneOf([100]).add('u1');
  expect([0, 2, 99, 100].map((request) => deletions.doneOf([request]).size)).toEqual([1, 1, 1, 1]);
  expect(deletions.doneOf([1]).size).toBe(0);
});
