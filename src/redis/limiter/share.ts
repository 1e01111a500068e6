/**
 * What one of several processes may use of a limit while they do not know of each other. Whole, so that all shares together stay within it;
 * below 1 it is a fraction: one request in a longer time.
 */
export function shareOf(limit: number, processes: number): number {
  const share = limit / Math.max(1, processes);
  return share < 1 || share === Infinity ? share : Math.floor(share);
}
