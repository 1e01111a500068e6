/** A path segment that begins or ends with two dots, or is one dot: what those mean, proxies and servers do not agree on. */
const DOTS = /(^|[/\\])(\.\.|\.([/\\]|$))|\.\.([/\\]|$)/;

/**
 * The path of a request that can be sent on as it came: one that every server reads as the same place, below the prefix of the upstream.
 * `undefined` for what is no path (an absolute URL, an authority, `*`), that has dot segments, encoded or not, or characters that a URL parser
 * changes. No RudderStack host sends such.
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
