const MAX_DEPTH = 5;

/** There is no connection, or one to the wrong server: no request has any part in that. */
const NOT_CONNECTED: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'EADDRNOTAVAIL',
  'EMFILE',
  'ENFILE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
  // The handshake found no certificate to trust (Node.js, "X509 certificate error codes"), or no TLS.
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REVOKED',
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'ERR_SSL_WRONG_VERSION_NUMBER',
]);

/** The client refuses the request itself. */
const REFUSED_BY_CLIENT: ReadonlySet<string> = new Set([
  'UND_ERR_INVALID_ARG',
  'UND_ERR_NOT_SUPPORTED',
  'ERR_INVALID_URL',
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

/** Whether a request that ended with this code was not even sent, so that it cannot have been carried out. */
export function wasNeverSent(errorCode: string): boolean {
  return couldNotConnect(errorCode) || REFUSED_BY_CLIENT.has(errorCode);
}

/** Whether there was no connection to send any request over. */
export function couldNotConnect(errorCode = ''): boolean {
  return NOT_CONNECTED.has(errorCode);
}
