/** The middle value. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Half the distance between the quartiles, in percent of the median: the spread of the rounds. */
export function spread(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const quartile = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  return Number((((quartile(0.75) - quartile(0.25)) / 2 / median(values)) * 100).toFixed(1));
}
