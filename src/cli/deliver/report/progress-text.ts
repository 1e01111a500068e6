import type { Pause } from '../run/pauses.js';
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
  /** Why nothing is sent; `undefined`: it is. */
  readonly pause: Pause | undefined;
}

/**
 * Progress as phrases, the most important first.
 *
 * @example
 * progressWords({ settled: 1200, rejected: 3, share: 0.5, pause: undefined }, 10_000); // ['1,200 messages', '3 rejected', '10 s left', '120/s']
 */
export function progressWords(
  { settled, settledBefore = 0, rejected, share, pause }: ProgressState,
  elapsedMs: number,
): string[] {
  const now = settled - settledBefore;
  return [
    countOf(settled, 'message'),
    ...(rejected > 0 ? [`${count(rejected)} rejected`] : []),
    ...(pause === undefined ? [] : [pauseText(pause)]),
    ...(share !== undefined && share > 0 && now > 0 && pause === undefined
      ? [`${duration((elapsedMs * (1 - share) * settled) / (share * now))} left`]
      : []),
    `${count(perSecond(now, elapsedMs))}/s`,
  ];
}

function pauseText({ why, ms }: Pause): string {
  if (why === 'asked') return `PX asks to wait ${duration(ms)}`;
  if (why === 'quota') return `the requests of the day are used up: next one in ${duration(ms)}`;
  if (ms === 0) return 'PX is not answering: trying now';
  const wait = ms < 60_000 ? `${Math.ceil(ms / 1_000)} s` : duration(ms);
  return `PX is not answering: next try in ${wait}`;
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
