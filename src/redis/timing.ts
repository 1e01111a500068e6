/**
 * The second of `requestsPerSecond`, with a little over, as in the limiter of one process: a request leaves a moment after it was granted, and
 * the next one may leave sooner.
 */
export const WINDOW_MS = 1_020;

/** The extra time in `WINDOW_MS`. A request that leaves later than half of it counts from when it left. */
export const MARGIN_MS = WINDOW_MS - 1_000;

/** A send that leaves later than it counts, by more than this, is corrected; half of the margin stays for the network. */
export const LATE_MS = MARGIN_MS / 2;

/**
 * Redis grants a request at most so long before it may leave, so that waiting processes need not ask again and again. What is reported late
 * (a request left later than granted) corrects all grants but those that are out already, so this stays much shorter than the window.
 */
export const HORIZON_MS = 200;

/** After its last possible grant, Redis's grants count for so long: nothing is sent on a share before. */
export const QUIET_MS = WINDOW_MS + HORIZON_MS;

/** How often a process tells Redis that it is there. */
export const HEARTBEAT_MS = 400;

/** A process that was not heard of for so long is not counted: it crashed. */
export const LAPSE_MS = 10_000;

/** Nobody was heard of for so long: Redis was away, and processes may be sending on their shares. Shorter than `QUIET_MS`. */
export const GAP_MS = 1_100;

/** Processes try to reach Redis again after so long. */
export const RECONNECT_MS = 500;

/**
 * After a gap, Redis grants only the shares of those that were there before and are back: until all are, for so long at most. Longer than one
 * attempt to connect, and the pause before it.
 */
export const GRACE_MS = 2_500;

/** A Redis that knows nothing (new, or its data are lost) grants nothing for so long: whoever sends on a share is back by then. */
export const FRESH_MS = 2_000;
