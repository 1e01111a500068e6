/**
 * Tells a function of the user's own of something. What it throws, or rejects with, is not the plan's fault: the request that it is told of is made. A
 * rejection that nobody handles would end the process.
 */
export function tell(call: () => unknown): void {
  try {
    Promise.resolve(call()).catch(() => undefined);
  } catch {
    // As above.
  }
}
