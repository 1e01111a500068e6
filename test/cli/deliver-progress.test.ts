import { Writable } from 'node:stream';
import { showProgress, standingText, type Standing } from '../../src/cli/deliver/progress';
import { duration } from '../../src/cli/deliver/quantities';

afterEach(() => {
  jest.useRealTimers();
});

class Terminal extends Writable {
  text = '';

  constructor(readonly isTTY: boolean) {
    super();
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

/** Shows progress by hand: `tick` is what a timer would do. */
function show(style: 'auto' | 'bar' | 'lines' | 'none', isTTY: boolean, standing: Standing) {
  const stderr = new Terminal(isTTY);
  const ticks = new Set<() => void>();
  let nowMs = 0;
  const progress = showProgress({
    style,
    io: { stderr },
    standing: () => standing,
    nowMs: () => nowMs,
    every: (_, callback) => {
      ticks.add(callback);
      return () => ticks.delete(callback);
    },
  });
  const tick = (elapsedMs: number): void => {
    nowMs += elapsedMs;
    for (const callback of ticks) callback();
  };
  return { stderr, ticks, tick, progress };
}

const HALF: Standing = { settled: 1_200, rejected: 3, share: 0.5, pausedMs: 0 };

test('a pause that PX asks for is shown', () => {
  const { stderr, tick } = show('lines', false, { ...HALF, pausedMs: 42_000 });
  tick(10_000);
  expect(stderr.text).toBe('50 %, 1,200 messages, 120/s, 10 s left, PX asks to wait 42 s, 3 rejected\n');
});

test('where there is no terminal, progress is plain lines', () => {
  const { stderr, tick, progress, ticks } = show('auto', false, HALF);
  tick(10_000);
  progress.end();
  expect(stderr.text).toBe('50 %, 1,200 messages, 120/s, 10 s left, 3 rejected\n');
  expect(ticks.size).toBe(0);
});

test('on a terminal it is a bar with rate and remaining time, which is gone at the end', () => {
  // The bar draws itself, by a timer of its own.
  jest.useFakeTimers();
  const { stderr, tick, progress, ticks } = show('auto', true, HALF);
  tick(10_000);
  jest.advanceTimersByTime(1_000);
  expect(stderr.text).toMatch(/█+░+.* 50 % {2}1,200 messages, 120\/s, 10 s left, 3 rejected/);
  progress.end();
  expect(stderr.text.slice(stderr.text.lastIndexOf('█'))).toContain('\u001b[');
  expect(ticks.size).toBe(0);
});

test('without a known size, a terminal gets lines too, and no remaining time', () => {
  const { stderr, tick, progress } = show('auto', true, { ...HALF, share: undefined, pausedMs: 0 });
  tick(10_000);
  progress.end();
  expect(stderr.text).toBe('1,200 messages, 120/s, 3 rejected\n');
});

test('none shows nothing', () => {
  const { stderr, tick, ticks } = show('none', true, HALF);
  tick(10_000);
  expect([stderr.text, ticks.size]).toEqual(['', 0]);
});

test('at the very beginning there is no rate and no remaining time to speak of', () => {
  expect(standingText({ settled: 0, rejected: 0, share: 0, pausedMs: 0 }, 0)).toBe('0 messages, 0/s');
});

test.each([
  [12, '12 ms'],
  [1_250, '1.3 s'],
  [9_949, '9.9 s'],
  [59_949, '60 s'],
  [59_950, '1 min 00 s'],
  [245_000, '4 min 05 s'],
  [7_620_000, '2 h 07 min'],
])('%d ms are %s', (ms, text) => {
  expect(duration(ms)).toBe(text);
});
