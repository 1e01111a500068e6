import { typeName } from '../../core/index.js';
import { parseConfig, type DestinationConfig } from '../../destinations/gainsight_px/index.js';
import { ACCESS_TOKEN_EXPECTED, isAccessToken } from '../../runtime/index.js';

/** Messages that a service takes over HTTP itself, without a RudderStack host. */
export interface IngestOptions {
  /** The destination's configuration, API key included, for every message. */
  readonly config: DestinationConfig;
  /**
   * What callers must know: `Authorization: Bearer <token>`, or the user name of HTTP Basic, as SDKs send a write key. 16 to 200
   * printable ASCII characters without blank and colon.
   */
  readonly token: string;
  /** After this many milliseconds, a request is answered: what is not settled then is to be sent again. Default 8,000: SDKs wait 10,000. */
  readonly deadlineMs?: number;
}

/** The same with all defaults, checked. */
export interface IngestSettings {
  readonly config: DestinationConfig;
  readonly token: string;
  readonly deadlineMs: number;
}

/** The longest time of a timer in Node. */
const LONGEST_MS = 2 ** 31 - 1;

/** @throws TypeError when an option is invalid, ConfigurationError for `config` */
export function parseIngestOptions({ config, token, deadlineMs = 8_000 }: IngestOptions): IngestSettings {
  parseConfig(config);
  if (!isAccessToken(token)) throw new TypeError(`ingest.token: expected ${ACCESS_TOKEN_EXPECTED}`);
  if (typeof deadlineMs !== 'number' || !(deadlineMs >= 1 && deadlineMs <= LONGEST_MS)) {
    throw new TypeError(
      `ingest.deadlineMs: expected milliseconds from 1 to ${LONGEST_MS}, found ${typeName(deadlineMs)}`,
    );
  }
  return { config, token, deadlineMs };
}
