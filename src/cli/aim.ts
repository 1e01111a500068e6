import { createHttpFetch } from '../router/http-fetch.js';
import type { Fetch } from '../router/options.js';
import { UsageError } from './settings.js';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * A `fetch` that sends what is meant for PX to another base URL: the simulator's. Path and query stay as they are, to the byte.
 *
 * Loopback addresses only: the requests carry the API key.
 *
 * @param baseUrl `http://127.0.0.1:50123`; a path in it (`/v1`) is ignored, as plans name the API's version themselves
 * @throws UsageError when `baseUrl` is no URL of a loopback address
 * @example
 * createRouter({ fetch: aimAt((await simulator.listen()).baseUrl) });
 */
export function aimAt(baseUrl: string): Fetch {
  const origin = loopbackOrigin(baseUrl);
  const fetch = createHttpFetch();
  return (url, init) => fetch(url.replace(/^https?:\/\/[^/?#]*/i, origin), init);
}

function loopbackOrigin(baseUrl: string): string {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || !LOOPBACK.test(url.hostname)) {
    throw new UsageError(
      'the URL to send to in place of PX is not on this machine: give one such as http://127.0.0.1:8080',
    );
  }
  return url.origin;
}
