import type { Step } from '../../../core/index.js';
import { KEY_HEADER } from '../../../destinations/gainsight_px/index.js';

/**
 * A request as a command for a POSIX shell. The key is the variable GAINSIGHT_PX_API_KEY of the shell that runs it.
 *
 * No URL of a plan has a quote in it, because every such character of an id is percent-encoded. The body is a here-document with a quoted end: the shell expands nothing in it, and it may be of any length. No line of JSON is `JSON`.
 *
 * @example
 * curlCommand(plan.steps[0]);
 * // curl --request PUT 'https://api.aptrinsic.com/v1/users/u1' \
 * //   --header "X-APTRINSIC-API-KEY: $GAINSIGHT_PX_API_KEY" \ …
 */
export function curlCommand({ request }: Step): string {
  const { method, endpoint, headers, body } = request;
  const others = Object.entries(headers).filter(([name]) => name !== KEY_HEADER);
  const options = [
    `curl --include --globoff --request ${method} '${endpoint}'`,
    `--header "${KEY_HEADER}: $GAINSIGHT_PX_API_KEY"`,
    ...others.map(([name, value]) => `--header '${name}: ${value}'`),
    ...(body === undefined ? [] : ["--data-binary @- <<'JSON'"]),
  ].join(' \\\n  ');
  return body === undefined ? `${options}\n` : `${options}\n${JSON.stringify(body, null, 2)}\nJSON\n`;
}
