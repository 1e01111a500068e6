import { createHash, timingSafeEqual } from 'node:crypto';

const TOKEN = /^[!-9;-~]{16,200}$/;

/** What {@link isAccessToken} accepts, for error texts. HTTP Basic cannot have a colon in a user name. */
export const ACCESS_TOKEN_EXPECTED = '16 to 200 printable ASCII characters without blank and colon';

/** Whether a value can be the token of those that post messages, or of those that look into the service. */
export function isAccessToken(value: unknown): value is string {
  return typeof value === 'string' && TOKEN.test(value);
}

/** How a request may carry a token: as `Bearer`, or as the user name of `Basic`, whose password may be anything. */
export type TokenScheme = 'bearer' | 'basic';

/** Says whether an `Authorization` header holds the token, in a time that does not depend on how much of it is right. */
export function tokenCheck(
  token: string,
  schemes: readonly TokenScheme[],
): (authorization: string | undefined) => boolean {
  const expected = sha256(token);
  return (authorization) => {
    const given = tokenIn(authorization ?? '', schemes);
    return timingSafeEqual(sha256(given ?? ''), expected) && given !== undefined;
  };
}

function tokenIn(authorization: string, schemes: readonly TokenScheme[]): string | undefined {
  const [, scheme = '', credentials = ''] = /^(\S+) +(\S+) *$/.exec(authorization) ?? [];
  const known = schemes.find((candidate) => candidate === scheme.toLowerCase());
  if (known === undefined) return undefined;
  return known === 'bearer' ? credentials : Buffer.from(credentials, 'base64').toString().split(':', 1)[0];
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();
