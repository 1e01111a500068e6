/** A request target as a Java web server reads it, or why that server refuses it with 400. */
export type TargetReading =
  | { readonly ok: true; readonly segments: readonly string[]; readonly query: URLSearchParams }
  | { readonly ok: false; readonly why: string };

const ABSOLUTE_FORM = /^https?:\/\/[^/?#]*/i;
// RFC 3986 `pchar` and `/`: all else (`"`, `<`, `\`, `#`, raw non-ASCII …) must come percent-encoded.
const FOREIGN_CHARACTER = /[^A-Za-z0-9\-._~!$&'()*+,;=:@%/]/;
// Slash and backslash; percent, which such servers refuse because a second decoding could turn it into either; control characters.
const REFUSED_ESCAPE = /%(?:2F|5C|25|[01][0-9A-F]|7F)/i;

const refuse = (why: string): TargetReading => ({ ok: false, why });

/**
 * Splits a raw request target into decoded path segments and query, with the traps of a Java web server (Tomcat under Spring).
 *
 * The query goes first. In each segment `;…` is cut off before decoding, so an encoded `%3B` stays data and `..;x` is a dot
 * segment. Encoded slashes, backslashes, percents and control characters are refused, and so is what is no UTF-8. After decoding,
 * empty and `.` segments vanish and `..` takes the one before with it, encoded or not; above the root is refused. `+` is a plus.
 * That PX behaves so is inferred from the body forms that it offers "for ids that a path cannot carry" (Gainsight PX API
 * description v0.1.6).
 *
 * @example
 * readTarget('/v1/users/x/../victim;y?hardDelete=true'); // segments ['v1', 'users', 'victim']
 * readTarget('/v1/users/a%2Fb');                         // refused
 */
export function readTarget(target: string): TargetReading {
  const relative = target.replace(ABSOLUTE_FORM, '');
  const queryAt = relative.indexOf('?');
  const path = queryAt === -1 ? relative : relative.slice(0, queryAt);
  if (!path.startsWith('/')) return refuse('the path does not start with a slash');
  if (FOREIGN_CHARACTER.test(path)) return refuse('the path holds a character that must be encoded');

  const segments: string[] = [];
  for (const raw of path.slice(1).split('/')) {
    const encoded = cutParameters(raw);
    if (REFUSED_ESCAPE.test(encoded)) return refuse('the path holds a potentially malicious encoding');
    const segment = decode(encoded);
    if (segment === undefined) return refuse('malformed percent-encoding in the path');
    if (segment === '' || segment === '.') continue;
    if (segment !== '..') segments.push(segment);
    else if (segments.pop() === undefined) return refuse('the path leads above the root');
  }
  return {
    ok: true,
    segments,
    query: new URLSearchParams(queryAt === -1 ? '' : relative.slice(queryAt + 1)),
  };
}

function cutParameters(segment: string): string {
  const at = segment.indexOf(';');
  return at === -1 ? segment : segment.slice(0, at);
}

function decode(segment: string): string | undefined {
  if (!segment.includes('%')) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
