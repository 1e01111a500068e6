import { ACCESS_TOKEN_EXPECTED, isAccessToken } from '../../runtime/index.js';

/** A window into a service: its last events with their requests and outcomes, and what it is doing now. */
export interface LiveOptions {
  /**
   * What callers of `GET /live/events` must send as `Authorization: Bearer <token>`: 16 to 200 printable ASCII characters without blank and colon.
   * Default: none, and the service then listens on loopback addresses only.
   */
  readonly token?: string;
  /** The page that `GET /live` serves, which reads `/live/events`. Default: there is no such page. */
  readonly page?: string;
}

/** @throws TypeError when an option is invalid */
export function parseLiveOptions(options: LiveOptions): LiveOptions {
  const { token } = options;
  if (token !== undefined && !isAccessToken(token)) {
    throw new TypeError(`live.token: expected ${ACCESS_TOKEN_EXPECTED}`);
  }
  return options;
}
