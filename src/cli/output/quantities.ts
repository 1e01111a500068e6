/** A rate per second, rounded. */
export function perSecond(number: number, elapsedMs: number): number {
  return elapsedMs > 0 ? Math.round((number * 1000) / elapsedMs) : 0;
}

/** A number as people read it: `1,234,567`. */
export function count(number: number): string {
  return number.toLocaleString('en-US');
}

/** A number of things as people read it: `1 value`, `1,234 values`. */
export function countOf(number: number, thing: string): string {
  return `${count(number)} ${thing}${number === 1 ? '' : 's'}`;
}

/** A duration as people read it: `850 ms`, `12.3 s`, `4 min 05 s`, `2 h 07 min`. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(ms < 9_950 ? 1 : 0)} s`;
  const seconds = Math.round(ms / 1000);
  const two = (part: number): string => String(part).padStart(2, '0');
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`;
  return `${Math.floor(seconds / 3_600)} h ${two(Math.floor((seconds % 3_600) / 60))} min`;
}
