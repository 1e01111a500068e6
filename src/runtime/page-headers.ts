/**
 * The headers of a page of this project. The page itself holds the policy for its scripts; a `frame-ancestors` works in a header only
 * (https://www.w3.org/TR/CSP3/#directive-frame-ancestors).
 */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': "frame-ancestors 'none'",
  'cache-control': 'no-cache',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};
