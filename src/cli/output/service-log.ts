import { pino, type DestinationStream, type LevelWithSilent } from 'pino';
import type { ServiceLog } from '../../service/index.js';

/** How much is logged, most first. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number] & LevelWithSilent;

/** The service logs none of these; redacting them guards against a field that is added by mistake. */
const SECRETS = [
  'apiKey',
  'config',
  'Config',
  'headers',
  'body',
  'message',
  'metadata',
  'userId',
  'email',
  'traits',
];

/**
 * A log of JSON lines. It redacts keys and personal data.
 *
 * @param base fields of every line. Default: none
 * @example
 * const service = createService({ log: createLog('info', process.stdout) });
 */
export function createLog(
  level: LogLevel,
  destination: DestinationStream,
  base: Readonly<Record<string, unknown>> | null = null,
): ServiceLog {
  const paths = SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);
  return pino({ level, base, redact: { paths, censor: '[redacted]' } }, destination);
}
