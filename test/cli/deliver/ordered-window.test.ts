import { DroppedValues } from '../../../src/cli/deliver/report/dropped-values';
import { OrderedWindow } from '../../../src/cli/deliver/run/ordered-window';

test('results come out in the order in which their slots were opened, whatever settles first', () => {
  const out: string[] = [];
  const window = new OrderedWindow<string>({ slots: 10, bytes: 1_000 }, (result) => out.push(result));
  const [a, b, c, d] = [window.open(1, 0), window.open(1, 0), window.open(1, 0), window.open(1, 0)] as const;
  window.settle(c, 'c');
  window.settle(b);
  expect(out).toEqual([]);
  window.settle(a, 'a');
  expect(out).toEqual(['a', 'c']);
  window.settle(d, 'd');
  expect(out).toEqual(['a', 'c', 'd']);
});

test('a window is full by count, and has room as soon as its first slot is done with', async () => {
  const window = new OrderedWindow<string>({ slots: 2, bytes: 1_000 }, () => undefined);
  const [first, second] = [window.open(1, 0), window.open(1, 0)] as const;
  expect(window.isFull).toBe(true);
  let hasRoom = false;
  const room = window.room().then(() => (hasRoom = true));
  window.settle(second);
  await Promise.resolve();
  expect([window.isFull, hasRoom]).toEqual([true, false]);
  window.settle(first);
  await room;
  expect(window.isFull).toBe(false);
});

test('a window is full by bytes; what was delivered takes none, what waits to be handed on still does', () => {
  const window = new OrderedWindow<string>({ slots: 100, bytes: 1_000 }, () => undefined);
  const [first, delivered, waiting] = [
    window.open(400, 0),
    window.open(400, 0),
    window.open(300, 0),
  ] as const;
  expect(window.isFull).toBe(true);
  window.settle(delivered);
  expect(window.isFull).toBe(false);
  window.open(300, 0);
  window.settle(waiting, 'rejected');
  expect(window.isFull).toBe(true);
  window.settle(first);
  expect(window.isFull).toBe(false);
});

test('a run of any length goes through a small window', () => {
  const out: number[] = [];
  const window = new OrderedWindow<number>({ slots: 2, bytes: 40 }, (result) => out.push(result));
  for (let n = 0; n < 5_000; n++) {
    const [one, two] = [window.open(10, 0), window.open(10, 0)];
    window.settle(two, n);
    window.settle(one);
    if (window.isFull) throw new Error(`full after ${n}`);
  }
  expect(out).toEqual(Array.from({ length: 5_000 }, (_, n) => n));
});

test('names without end take no memory without end, and all values are counted', () => {
  const dropped = new DroppedValues();
  for (let n = 0; n < 20_000; n++) {
    dropped.add([{ path: `traits.t${n}`, reason: 'unmapped', type: 'string' }]);
    dropped.add([{ path: 'traits.t0', reason: 'unmapped', type: 'string' }]);
  }
  dropped.add([{ path: `traits.${'x'.repeat(1_000)}`, reason: 'unmapped', type: 'string' }]);
  dropped.add([]);
  expect(dropped.total).toBe(40_001);
  expect(dropped.messages).toBe(40_001);
  expect(dropped.top(2)).toEqual([
    { path: 'traits.t0', reason: 'unmapped', count: 20_001 },
    { path: 'traits.t1', reason: 'unmapped', count: 1 },
  ]);
  expect(dropped.top(Infinity)).toHaveLength(10_000);
});
