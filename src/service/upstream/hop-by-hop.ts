import type { IncomingHttpHeaders } from 'node:http';

/**
 * Headers that speak of one connection (RFC 9110, 7.6.1): each side of the front has its own. `expect` was met by Node, which has asked
 * for the body.
 */
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

/** What of a request's or an answer's headers is for the other side too; those named in `connection` are not, either. */
export function withoutHopByHop(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const named = [headers.connection ?? []].flat().flatMap((value) => value.toLowerCase().split(/[\s,]+/));
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !HOP_BY_HOP.has(name) && !named.includes(name)),
  );
}
