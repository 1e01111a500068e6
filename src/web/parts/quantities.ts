/** A number as people read it: `1,234,567`. */
export function count(number: number): string {
  return number.toLocaleString('en-US');
}

/** A number of things as people read it: `1 value`, `1,234 values`. */
export function countOf(number: number, thing: string): string {
  return `${count(number)} ${thing}${number === 1 ? '' : 's'}`;
}

/** A number per second: `0.4`, `178`. */
export function rate(perSecond: number): string {
  if (perSecond === 0 || perSecond >= 9.95) return count(Math.round(perSecond));
  return perSecond.toFixed(perSecond < 0.095 ? 2 : 1);
}

/** Milliseconds: `0.4 ms`, `850 ms`, `12.3 s`, `4 min 05 s`, `2 h 07 min`. */
export function duration(ms: number): string {
  if (ms < 9.95) return `${Number(ms.toFixed(1))} ms`;
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(ms < 9_950 ? 1 : 0)} s`;
  const seconds = Math.round(ms / 1000);
  const two = (part: number): string => String(part).padStart(2, '0');
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`;
  return `${Math.floor(seconds / 3_600)} h ${two(Math.floor((seconds % 3_600) / 60))} min`;
}

/** A time on an axis, in seconds: `5 s`, `1:05`, `2:07 h`; with its sign. */
export function clockTime(seconds: number): string {
  const sign = seconds < 0 ? '−' : '';
  const whole = Math.round(Math.abs(seconds));
  const two = (part: number): string => String(part).padStart(2, '0');
  if (whole < 60) return `${sign}${whole} s`;
  if (whole < 3_600) return `${sign}${Math.floor(whole / 60)}:${two(whole % 60)}`;
  return `${sign}${Math.floor(whole / 3_600)}:${two(Math.floor((whole % 3_600) / 60))} h`;
}
