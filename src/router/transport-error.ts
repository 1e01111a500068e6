const MAX_DEPTH = 5;

/** Errors of a connection that never stood: the request cannot have been carried out. */
const NEVER_CONNECTED = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** The attempt took longer than it may. */
export const TIMEOUT = 'TIMEOUT';

/**
 * The code of what `fetch` threw, looked up along its causes: `ECONNRESET`, `UND_ERR_SOCKET` … or `UNKNOWN`.
 *
 * Never the message, which can hold a header, and so the API key.
 */
export function transportErrorCode(thrown: unknown): string {
  let error = thrown;
  for (let depth = 0; depth < MAX_DEPTH && typeof error === 'object' && error !== null; depth += 1) {
    const { code, cause } = error as { code?: unknown; cause?: unknown };
    if (typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,60}$/.test(code)) return code;
    error = cause;
  }
  return 'UNKNOWN';
}

/** Whether a request that ended so may have been carried out all the same. */
export function mayHaveArrived(errorCode: string): boolean {
  return !NEVER_CONNECTED.has(errorCode);
}
