import { createHash, timingSafeEqual } from 'node:crypto';
import { typeName } from '../../core/index.js';
import { parseConfig, type DestinationConfig } from '../../destinations/gainsight_px/index.js';
import { INGEST_TOKEN_EXPECTED, isIngestToken } from '../../runtime/index.js';

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
  if (!isIngestToken(token)) throw new TypeError(`ingest.token: expected ${INGEST_TOKEN_EXPECTED}`);
  if (typeof deadlineMs !== 'number' || !(deadlineMs >= 1 && deadlineMs <= LONGEST_MS)) {
    throw new TypeError(
      `ingest.deadlineMs: expected milliseconds from 1 to ${LONGEST_MS}, found ${typeName(deadlineMs)}`,
    );
  }
  return { config, token, deadlineMs };
}

/** Says whether an `Authorization` header holds the token, in a time that does not depend on how much of it is right. */
export function tokenCheck(token: string): (authorization: string | undefined) => boolean {
  const expected = sha256(token);
  return (authorization) => {
    const given = tokenIn(authorization ?? '');
    return timingSafeEqual(sha256(given ?? ''), expected) && given !== undefined;
  };
}

/** The token of `Bearer`, or the user name of `Basic`; its password may be anything. */
function tokenIn(authorization: string): string | undefined {
  const [, scheme = '', credentials = ''] = /^(\S+) +(\S+) *$/.exec(authorization) ?? [];
  if (scheme.toLowerCase() === 'bearer') return credentials;
  if (scheme.toLowerCase() !== 'basic') return undefined;
  return Buffer.from(credentials, 'base64').toString().split(':', 1)[0];
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();
