import { FairQueue } from '../../../src/service/http/fair-queue';
import { settled } from '../waiting';

/** Some connections, and who was served. */
function scene() {
  const turns = new FairQueue();
  const served: string[] = [];
  const connections = new Map<string, object>();
  const asks = (...names: string[]): void => {
    for (const name of names) {
      const connection = connections.get(name) ?? {};
      connections.set(name, connection);
      turns.add(connection, () => served.push(name));
    }
  };
  return { served, asks };
}

test('nobody is served while others are still being read', async () => {
  const { served, asks } = scene();
  asks('a', 'b');
  expect(served).toEqual([]);
  await settled();
  expect(served).toEqual(['a', 'b']);
});

test('first is whose connection was served the longest ago, in whatever order they were read', async () => {
  const { served, asks } = scene();
  asks('a', 'b', 'c');
  await settled();
  asks('c', 'b', 'a');
  await settled();
  asks('b', 'c');
  await settled();
  asks('c', 'a', 'b');
  await settled();
  expect(served.join('')).toBe('abc' + 'abc' + 'bc' + 'abc');
});

test('a new connection waits as one that was served just before it came', async () => {
  const { served, asks } = scene();
  asks('a', 'b');
  await settled();
  asks('new', 'b', 'a');
  await settled();
  expect(served).toEqual(['a', 'b', 'a', 'new', 'b']);
});

test('ever new connections do not keep one that is kept from its turn', async () => {
  const { served, asks } = scene();
  asks('kept');
  await settled();
  asks('new 1', 'kept', 'new 2', 'new 3');
  await settled();
  expect(served).toEqual(['kept', 'new 1', 'kept', 'new 2', 'new 3']);
});

test('several requests of one connection stay in order', async () => {
  const turns = new FairQueue();
  const connection = {};
  const served: number[] = [];
  for (const request of [1, 2, 3]) turns.add(connection, () => served.push(request));
  await settled();
  expect(served).toEqual([1, 2, 3]);
});
