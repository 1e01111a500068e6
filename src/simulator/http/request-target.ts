/** A request target as a Java web server reads it, or the reason why that server answers 400. */
export type ParsedTarget =
  | { readonly ok: true; readonly segments: readonly string[]; readonly query: URLSearchParams }
  | { readonly ok: false; readonly why: string };

const ABSOLUTE_FORM = /^https?:\/\/[^/?#]*/i;
// RFC 3986 `pchar` and `/`: other characters (`"`, `<`, `\`, `#`, raw non-ASCII …) must be percent-encoded.
const FOREIGN_CHARACTER = /[^A-Za-z0-9\-._~!$&'()*+,;=:@%/]/;
// Slash, backslash, control characters; and percent, because a second decoding could make a slash or
// backslash of it.
const REFUSED_ESCAPE = /%(?:2F|5C|25|[01][0-9A-F]|7F)/i;

const refuse = (why: string): ParsedTarget => ({ ok: false, why });

/**
 * Splits a raw request target into decoded path segments and query, as a Java web server (Tomcat under
 * Spring) does.
 *
 * It cuts off the query first. In each segment it cuts off `;…` before it decodes: an encoded `%3B` stays
 * data, and `..;x` is a dot segment. It refuses encoded slashes, backslashes, percents and control
 * characters, and bytes that are not UTF-8. After decoding it drops empty and `.` segments; `..`, encoded or
 * not, also drops the segment before it, and must not lead above the root. `+` stays a plus. Inferred from
 * PX's calls that take the id in the body, "for ids that a path cannot carry" (Gainsight PX API description
 * v0.1.6).
 *
 * @example
 * parseTarget('/v1/users/x/../victim;y?hardDelete=true'); // segments ['v1', 'users', 'victim']
 * parseTarget('/v1/users/a%2Fb');                         // refused
 */
export function parseTarget(target: string): ParsedTarget {
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
