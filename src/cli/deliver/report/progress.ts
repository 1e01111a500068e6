import type { CommandIo } from '../../io.js';
import { progressLine, progressWords, type ProgressState } from './progress-text.js';

/**
 * How progress is shown: `auto` is a bar on a terminal, when the size of the input is known and the terminal
 * can draw over a line, and lines elsewhere.
 */
export type ProgressStyle = 'auto' | 'bar' | 'lines' | 'none';
export const PROGRESS_STYLES: readonly ProgressStyle[] = ['auto', 'bar', 'lines', 'none'];

/** A progress display. The caller ends it before it writes the summary. */
export interface Progress {
  /** Writes a permanent line above the progress. */
  note(line: string): void;
  end(): void;
}

interface ProgressParts {
  readonly style: ProgressStyle;
  readonly io: Pick<CommandIo, 'stderr' | 'env'>;
  readonly state: () => ProgressState;
  /** Monotonic clock, in milliseconds. */
  readonly nowMs: () => number;
  /** Calls back at an interval; returns a function that stops it. */
  readonly every: (intervalMs: number, callback: () => void) => () => void;
}

const BAR_INTERVAL_MS = 200;
const LINES_INTERVAL_MS = 5_000;
const DEFAULT_COLUMNS = 80;

/** Moves to the beginning of the line and clears it. */
const CLEAR_LINE = '\r\u001b[K';

/** Shows progress on the error output from now on. */
export function showProgress(parts: ProgressParts): Progress {
  const { style, io, state } = parts;
  const canDraw = io.stderr.isTTY === true && io.env.TERM !== 'dumb';
  if (style === 'bar' || (style === 'auto' && canDraw && state().share !== undefined)) return showBar(parts);
  return showLines(parts);
}

/** Draws one line that never wraps, so that the next one can replace it. */
function showBar({ io: { stderr }, state, nowMs, every }: ProgressParts): Progress {
  const startMs = nowMs();
  const draw = (): void => {
    // A terminal wraps after its last column.
    const columns = (stderr.columns ?? DEFAULT_COLUMNS) - 1;
    stderr.write(`${CLEAR_LINE}${progressLine(state(), nowMs() - startMs, columns)}`);
  };
  const stop = every(BAR_INTERVAL_MS, draw);
  draw();
  return {
    note: (line) => {
      stderr.write(`${CLEAR_LINE}${line}\n`);
      draw();
    },
    end: () => {
      stop();
      stderr.write(CLEAR_LINE);
    },
  };
}

function showLines({ style, io: { stderr }, state, nowMs, every }: ProgressParts): Progress {
  const startMs = nowMs();
  const write = (): void => {
    const now = state();
    const share = now.share === undefined ? '' : `${Math.floor(now.share * 100)} %, `;
    stderr.write(`${share}${progressWords(now, nowMs() - startMs).join(', ')}\n`);
  };
  const stop = style === 'none' ? (): void => undefined : every(LINES_INTERVAL_MS, write);
  // A terminal shows ^C at the cursor: the note begins on a new line.
  const lineStart = stderr.isTTY === true ? '\n' : '';
  return { note: (line) => stderr.write(`${lineStart}${line}\n`), end: stop };
}
