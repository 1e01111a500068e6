/**
 * Calls a callback of the user and ignores what it throws or rejects with: the request that it reports is made already,
 * so the plan must not fail. An unhandled rejection would end the process.
 */
export function callQuietly(call: () => unknown): void {
  try {
    Promise.resolve(call()).catch(() => undefined);
  } catch {
    // As above.
  }
}
