import { isLoopback, parseOrigin } from '../runtime/index.js';
import { UsageError } from './settings.js';

/**
 * The origin that `--px-url` names, for the router's option `origin`. Loopback addresses only: a slip in a command must not send the API key to
 * another machine.
 *
 * @param url `http://127.0.0.1:50123`; a path in it (`/v1`) is ignored, as plans name the API's version themselves
 * @throws UsageError when `url` is no URL of a loopback address
 */
export function loopbackOrigin(url: string): string {
  const origin = parseOrigin(url);
  if (origin === undefined || !isLoopback(origin)) {
    throw new UsageError(
      'the URL to send to in place of PX is not on this machine: give one such as http://127.0.0.1:8080',
    );
  }
  return origin;
}
