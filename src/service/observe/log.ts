import { pino, type DestinationStream, type LevelWithSilent } from 'pino';
import type { ServiceLog } from '../options.js';

/** How much a log says, most first. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number] & LevelWithSilent;

/** Never logged; this is for the day when somebody adds a field without thinking. */
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
 * A log of JSON lines in which keys and personal data are redacted.
 *
 * @example
 * const service = createService({ log: createLog('info', process.stdout) });
 */
export function createLog(level: LogLevel, destination: DestinationStream): ServiceLog {
  const paths = SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);
  return pino({ level, base: null, redact: { paths, censor: '[redacted]' } }, destination);
}
