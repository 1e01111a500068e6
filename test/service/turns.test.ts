import { PassThrough } from 'node:stream';
import { EventEmitter } from 'node:events';
import { BodyReader } from '../../src/service/read-body';
import { Turns } from '../../src/service/turns';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('one is let in at once, and at each turn of the event loop one more, in the order of asking', async () => {
  const turns = new Turns();
  const seen: string[] = [];
  const atOnce = ['a', 'b', 'c'].map((name) => turns.enter(() => seen.push(name)));
  expect([atOnce, seen]).toEqual([[true, false, false], ['a']]);
  await turn();
  expect(turns.enter(() => seen.push('d'))).toBe(false);
  expect(seen).toEqual(['a', 'b']);
  await turn();
  expect(seen).toEqual(['a', 'b', 'c']);
  await turn();
  expect(seen).toEqual(['a', 'b', 'c', 'd']);
  await turn();
  expect(turns.enter(() => seen.push('e'))).toBe(true);
});

test('of bodies that are there together one is read after the other, so that others can come between them', async () => {
  const reader = new BodyReader({ maxBodyBytes: 1_000, largeBodyBytes: 1_000, largeBodyTimeMs: 1_000 });
  const streams = [1, 2, 3].map((body) => {
    const stream = new PassThrough();
    stream.end(String(body));
    return stream;
  });
  const unread: boolean[][] = [];
  await Promise.all(
    streams.map(async (stream) => {
      await reader.read(stream, new EventEmitter());
      unread.push(streams.map((each) => each.isPaused()));
    }),
  );
  expect(unread).toEqual([
    [false, true, true],
    [false, false, true],
    [false, false, false],
  ]);
});
