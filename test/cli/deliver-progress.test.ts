import { Writable } from 'node:stream';
import { progressLine, progressWords, type ProgressState } from '../../src/cli/deliver/report/progress-text';
import { showProgress } from '../../src/cli/deliver/report/progress';
import { duration } from '../../src/cli/output/quantities';

class Terminal extends Writable {
  text = '';

  constructor(
    readonly isTTY: boolean,
    readonly columns: number,
  ) {
    super();
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

/** Shows progress by hand: `tick` is what a timer would do. */
function show(
  style: 'auto' | 'bar' | 'lines' | 'none',
  isTTY: boolean,
  state: ProgressState,
  { columns = 80, env = {} }: { columns?: number; env?: Record<string, string> } = {},
) {
  const stderr = new Terminal(isTTY, columns);
  const ticks = new Set<() => void>();
  let nowMs = 0;
  const progress = showProgress({
    style,
    io: { stderr, env },
    state: () => state,
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

const HALF: ProgressState = { settled: 1_200, rejected: 3, share: 0.5, pause: undefined };

test('a pause that PX asks for is shown, in place of a time that is left', () => {
  const { stderr, tick } = show('lines', false, { ...HALF, pause: { why: 'asked', ms: 42_000 } });
  tick(10_000);
  expect(stderr.text).toBe('50 %, 1,200 messages, 3 rejected, PX asks to wait 42 s, 120/s\n');
});

test.each([
  [{ why: 'outage', ms: 7_400 }, 'PX is not answering: next try in 8 s'],
  [{ why: 'outage', ms: 8_000 }, 'PX is not answering: next try in 8 s'],
  [{ why: 'outage', ms: 90_000 }, 'PX is not answering: next try in 1 min 30 s'],
  [{ why: 'outage', ms: 0 }, 'PX is not answering: trying now'],
  [{ why: 'quota', ms: 11_100_000 }, 'the requests of the day are used up: next one in 3 h 05 min'],
] as const)('the pause %j is shown as: %s', (pause, text) => {
  const { stderr, tick } = show('lines', false, { ...HALF, pause });
  tick(10_000);
  expect(stderr.text).toBe(`50 %, 1,200 messages, 3 rejected, ${text}, 120/s\n`);
});

test('where there is no terminal, progress is plain lines', () => {
  const { stderr, tick, progress, ticks } = show('auto', false, HALF);
  tick(10_000);
  progress.end();
  expect(stderr.text).toBe('50 %, 1,200 messages, 3 rejected, 10 s left, 120/s\n');
  expect(ticks.size).toBe(0);
});

/** What a terminal shows: each line as it was last drawn. */
function shown(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.slice(line.lastIndexOf('\r\u001b[K') + 1).replace('\u001b[K', ''));
}

test('on a terminal it is a bar with rate and remaining time, which is gone at the end', () => {
  const { stderr, tick, progress, ticks } = show('auto', true, HALF);
  tick(10_000);
  expect(shown(stderr.text)).toEqual([
    `${'█'.repeat(14)}${'░'.repeat(14)} 50 %  1,200 messages, 3 rejected, 10 s left, 120/s`,
  ]);
  progress.end();
  expect(shown(stderr.text)).toEqual(['']);
  expect(ticks.size).toBe(0);
});

test.each([20, 40, 80, 120])('at %d columns no drawing fills the line', (columns) => {
  for (const settled of [0, 1, 999_999_999]) {
    for (const share of [0, 0.001, 0.999, 1]) {
      const state = { settled, rejected: settled, share, pause: undefined };
      const { stderr, tick, progress } = show('bar', true, state, { columns });
      tick(50_000_000);
      progress.note('x');
      const lines = shown(stderr.text);
      for (const line of lines) expect(line.length).toBeLessThan(columns);
      expect(lines[0]).toBe('x');
    }
  }
});

test('what does not fit is left out: the bar first, then the last words', () => {
  const at = (columns: number): string => progressLine(HALF, 10_000, columns);
  expect(at(200)).toBe(
    `${'█'.repeat(20)}${'░'.repeat(20)} 50 %  1,200 messages, 3 rejected, 10 s left, 120/s`,
  );
  expect([61, 60, 49, 40, 30, 12].map(at)).toEqual([
    '█████░░░░░ 50 %  1,200 messages, 3 rejected, 10 s left, 120/s',
    '50 %  1,200 messages, 3 rejected, 10 s left, 120/s',
    '50 %  1,200 messages, 3 rejected, 10 s left',
    '50 %  1,200 messages, 3 rejected',
    '50 %  1,200 messages',
    '50 %  1,200 ',
  ]);
});

test('a note stays, on a line of its own, and the bar goes on below it', () => {
  const { stderr, progress } = show('auto', true, HALF);
  stderr.write('^C'); // as the terminal shows the key
  progress.note('stopping');
  expect(shown(stderr.text)).toEqual(['stopping', expect.stringContaining('50 %')]);
  progress.end();
  expect(shown(stderr.text)).toEqual(['stopping', '']);
});

test.each([
  [false, 'stopping\n'],
  [true, '\nstopping\n'],
])('without a bar a note is a line (terminal: %s)', (isTTY, text) => {
  const { stderr, progress } = show('none', isTTY, HALF);
  progress.note('stopping');
  expect(stderr.text).toBe(text);
});

test('a terminal that cannot draw over a line gets lines', () => {
  const { stderr, tick } = show('auto', true, HALF, { env: { TERM: 'dumb' } });
  tick(10_000);
  expect(stderr.text).toBe('50 %, 1,200 messages, 3 rejected, 10 s left, 120/s\n');
});

test('without a known size, a terminal gets lines too, and no remaining time', () => {
  const { stderr, tick, progress } = show('auto', true, { ...HALF, share: undefined, pause: undefined });
  tick(10_000);
  progress.end();
  expect(stderr.text).toBe('1,200 messages, 3 rejected, 120/s\n');
});

test('none shows nothing', () => {
  const { stderr, tick, ticks } = show('none', true, HALF);
  tick(10_000);
  expect([stderr.text, ticks.size]).toEqual(['', 0]);
});

test('at the very beginning there is no rate and no remaining time to speak of', () => {
  expect(progressWords({ settled: 0, rejected: 0, share: 0, pause: undefined }, 0)).toEqual([
    '0 messages',
    '0/s',
  ]);
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
