import { count, countOf, duration, perSecond } from '../../output/quantities.js';

/** The progress of a run. */
export interface ProgressState {
  /** Messages with a final result. */
  readonly settled: number;
  /** How many of them earlier runs have settled. Default: none. */
  readonly settledBefore?: number;
  readonly rejected: number;
  /** From 0 to 1; undefined when the size of the input is not known. */
  readonly share: number | undefined;
  /** For how long PX still asks to send nothing, in milliseconds. */
  readonly pausedMs: number;
}

/**
 * Progress as phrases, the most important first.
 *
 * @example
 * progressWords({ settled: 1200, rejected: 3, share: 0.5, pausedMs: 0 }, 10_000); // ['1,200 messages', '3 rejected', '10 s left', '120/s']
 */
export function progressWords(
  { settled, settledBefore = 0, rejected, share, pausedMs }: ProgressState,
  elapsedMs: number,
): string[] {
  const now = settled - settledBefore;
  return [
    countOf(settled, 'message'),
    ...(rejected > 0 ? [`${count(rejected)} rejected`] : []),
    ...(pausedMs > 0 ? [`PX asks to wait ${duration(pausedMs)}`] : []),
    ...(share !== undefined && share > 0 && now > 0 && pausedMs === 0
      ? [`${duration((elapsedMs * (1 - share) * settled) / (share * now))} left`]
      : []),
    `${count(perSecond(now, elapsedMs))}/s`,
  ];
}

const WIDEST_BAR = 40;
const NARROWEST_BAR = 10;

/**
 * A progress line of at most `columns`. When it does not fit, it loses first the bar, then the last phrases.
 */
export function progressLine(state: ProgressState, elapsedMs: number, columns: number): string {
  const { share } = state;
  const words = progressWords(state, elapsedMs);
  const percent = share === undefined ? [] : [`${Math.floor(share * 100)} %`];
  const text = (): string => [...percent, words.join(', ')].join('  ');
  while (words.length > 1 && text().length > columns) words.pop();
  const room = Math.min(WIDEST_BAR, columns - text().length - 1);
  if (share === undefined || room < NARROWEST_BAR) return text().slice(0, Math.max(0, columns));
  const done = Math.round(share * room);
  return `${'█'.repeat(done)}${'░'.repeat(room - done)} ${text()}`;
}
