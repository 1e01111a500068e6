const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** What an origin to send to has to be; for error texts. */
export const ORIGIN_EXPECTED =
  'a URL with https, or with http of a loopback address, without user and password';

/**
 * The origin of a URL that requests may be sent to in place of PX; `undefined` when they may not. They carry the API key, which must not travel
 * unencrypted.
 *
 * @example
 * parseOrigin('http://127.0.0.1:50123/v1'); // 'http://127.0.0.1:50123'
 */
export function parseOrigin(text: unknown): string | undefined {
  if (typeof text !== 'string' || !URL.canParse(text)) return undefined;
  const { protocol, hostname, username, password, origin } = new URL(text);
  if (username !== '' || password !== '') return undefined;
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname)) ? origin : undefined;
}

/** Whether an origin is this machine's own. */
export function isLoopback(origin: string): boolean {
  return LOOPBACK.test(new URL(origin).hostname);
}

/**
 * Whether a host to listen on, or of a `Host` header, is this machine's own.
 *
 * @example
 * isLoopbackHost('::1'); // true
 * isLoopbackHost('localhost:9090'); // true
 */
export function isLoopbackHost(host: string): boolean {
  const origin = `http://${/^[\da-f:.]*:[\da-f:.]*:[\da-f:.]*$/i.test(host) ? `[${host}]` : host}`;
  return /^[\w.:[\]-]+$/.test(host) && URL.canParse(origin) && isLoopback(origin);
}

/** A URL with another origin: path and query stay as they are, to the byte. */
export function atOrigin(url: string, origin: string): string {
  return url.replace(/^https?:\/\/[^/?#]*/i, () => origin);
}

/** What the URL of an upstream transformer has to be; for error texts. */
export const UPSTREAM_EXPECTED = 'a URL with http or https, without user, query and fragment';

/** Whether requests can be forwarded to a URL: their paths are appended to it, and a user in it would not be sent. */
export function isUpstreamUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return /^https?:$/.test(protocol) && username + password === '' && !/[?#]/.test(text);
}
