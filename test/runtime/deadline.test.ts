import { EventEmitter } from 'node:events';
import { Deadline } from '../../src/runtime';
import { FakeClock, settled } from '../__mocks__/clock.fake';

function setUp(): { clock: FakeClock; connection: EventEmitter; other: AbortController; deadline: Deadline } {
  const clock = new FakeClock();
  const connection = new EventEmitter();
  const other = new AbortController();
  const deadline = new Deadline(clock, 1_000, { connection, signal: other.signal });
  return { clock, connection, other, deadline };
}

test('aborts when the time has passed, and says so first', async () => {
  const { clock, deadline } = setUp();
  const order: string[] = [];
  deadline.signal.addEventListener('abort', () => queueMicrotask(() => order.push('aborted')));
  void deadline.passed.then(() => order.push('passed'));
  await clock.advance(999);
  expect(deadline).toMatchObject({ hasPassed: false, leftMs: 1, signal: { aborted: false } });
  await clock.advance(2);
  expect(deadline).toMatchObject({ hasPassed: true, leftMs: 0, signal: { aborted: true } });
  expect(order).toEqual(['passed', 'aborted']);
});

test.each<[string, (parts: ReturnType<typeof setUp>) => void]>([
  ['the connection closes', ({ connection }) => connection.emit('close')],
  ['another signal aborts', ({ other }) => other.abort()],
  ['it is told to', ({ deadline }) => deadline.abort()],
])('aborts when %s, while the time has not passed', async (_what, end) => {
  const parts = setUp();
  const { deadline, clock } = parts;
  const passed = jest.fn();
  void deadline.passed.then(passed);
  end(parts);
  await settled();
  expect(deadline).toMatchObject({ hasPassed: false, signal: { aborted: true } });
  await clock.advance(1_000);
  expect(passed).toHaveBeenCalledTimes(1);
});

test('is aborted from the beginning when the other signal is', () => {
  const deadline = new Deadline(new FakeClock(), 1_000, { signal: AbortSignal.abort() });
  expect(deadline.signal.aborted).toBe(true);
});

test('leaves nothing behind when it is released', async () => {
  const { clock, connection, other, deadline } = setUp();
  deadline.release();
  expect(clock.waiting).toBe(0);
  expect(connection.listenerCount('close')).toBe(0);
  other.abort();
  await clock.advance(2_000);
  expect(deadline).toMatchObject({ hasPassed: false, signal: { aborted: false } });
});
