import type { IncomingHttpHeaders } from 'node:http';

/** Headers that concern one connection only (RFC 9110, 7.6.1). Node has already answered `expect`. */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'expect',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** The headers of a request or response that are forwarded: neither hop-by-hop nor named in `connection`. */
export function withoutHopByHop(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const named = [headers.connection ?? []].flat().flatMap((value) => value.toLowerCase().split(/[\s,]+/));
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !HOP_BY_HOP.has(name) && !named.includes(name)),
  );
}

/** A path segment that begins or ends with two dots, or is one dot: proxies and servers resolve these differently. */
const DOTS = /(^|[/\\])(\.\.|\.([/\\]|$))|\.\.([/\\]|$)/;

/**
 * The path of a request, if it can be forwarded unchanged: every server must read it as the same place below the prefix of the
 * upstream. `undefined` for an absolute URL, an authority or `*`, for dot segments, encoded or not, and for characters that a URL
 * parser changes. No RudderStack host sends these.
 *
 * @example
 * forwardablePath('/v0/destinations/braze?x=1'); // '/v0/destinations/braze'
 * forwardablePath('/%2e%2e/admin'); // undefined
 */
export function forwardablePath(target: string): string | undefined {
  const path = target.split('?', 1)[0]!;
  if (!path.startsWith('/') || /[\\#]/.test(path)) return undefined;
  try {
    return DOTS.test(decodeURIComponent(path)) ? undefined : path;
  } catch {
    return undefined;
  }
}
