import { Presets, SingleBar } from 'cli-progress';
import type { CommandIo } from '../io.js';
import { count, countOf, duration, perSecond } from './quantities.js';

/** How progress is shown: `auto` is a bar on a terminal, when the size of the input is known, and lines elsewhere. */
export type ProgressStyle = 'auto' | 'bar' | 'lines' | 'none';
export const PROGRESS_STYLES: readonly ProgressStyle[] = ['auto', 'bar', 'lines', 'none'];

/** How far a run is. */
export interface Standing {
  /** Messages done with. */
  readonly settled: number;
  readonly rejected: number;
  /** From 0 to 1; undefined when the size of the input is not known. */
  readonly share: number | undefined;
  /** For how long PX still asks to send nothing, in milliseconds. */
  readonly pausedMs: number;
}

/** What shows progress; told to come to an end before the results are written. */
export interface Progress {
  end(): void;
}

interface ProgressParts {
  readonly style: ProgressStyle;
  readonly io: Pick<CommandIo, 'stderr'>;
  readonly standing: () => Standing;
  /** Milliseconds on a clock that never goes back. */
  readonly nowMs: () => number;
  /** Calls back every so many milliseconds, until what it returns is called. */
  readonly every: (intervalMs: number, callback: () => void) => () => void;
}

const BAR_INTERVAL_MS = 200;
const LINES_INTERVAL_MS = 5_000;
const BAR_STEPS = 1_000;

/** Shows progress on the error output from now on. */
export function showProgress(parts: ProgressParts): Progress {
  const { style, io, standing } = parts;
  const fits = io.stderr.isTTY === true && standing().share !== undefined;
  if (style === 'none') return { end: () => undefined };
  return style === 'bar' || (style === 'auto' && fits) ? showBar(parts) : showLines(parts);
}

function showBar({ io, standing, nowMs, every }: ProgressParts): Progress {
  const bar = new SingleBar(
    {
      stream: io.stderr,
      format: '{bar} {percentage} %  {text}',
      hideCursor: false,
      clearOnComplete: true,
      gracefulExit: false,
      stopOnComplete: false,
    },
    Presets.shades_classic,
  );
  const startMs = nowMs();
  bar.start(BAR_STEPS, 0, { text: '' });
  const stop = every(BAR_INTERVAL_MS, () => {
    const now = standing();
    bar.update(Math.floor((now.share ?? 0) * BAR_STEPS), { text: standingText(now, nowMs() - startMs) });
  });
  return {
    end: () => {
      stop();
      bar.stop();
    },
  };
}

function showLines({ io, standing, nowMs, every }: ProgressParts): Progress {
  const startMs = nowMs();
  const stop = every(LINES_INTERVAL_MS, () => {
    const now = standing();
    const share = now.share === undefined ? '' : `${Math.floor(now.share * 100)} %, `;
    io.stderr.write(`${share}${standingText(now, nowMs() - startMs)}\n`);
  });
  return { end: stop };
}

/**
 * A standing in words.
 *
 * @example
 * standingText({ settled: 1200, rejected: 3, share: 0.5, pausedMs: 0 }, 10_000); // '1,200 messages, 120/s, 10 s left, 3 rejected'
 */
export function standingText({ settled, rejected, share, pausedMs }: Standing, elapsedMs: number): string {
  const parts = [countOf(settled, 'message'), `${count(perSecond(settled, elapsedMs))}/s`];
  if (share !== undefined && share > 0) parts.push(`${duration((elapsedMs * (1 - share)) / share)} left`);
  if (pausedMs > 0) parts.push(`PX asks to wait ${duration(pausedMs)}`);
  if (rejected > 0) parts.push(`${count(rejected)} rejected`);
  return parts.join(', ');
}
