import { InvalidArgumentError, Option } from 'commander';
import { loopbackOrigin } from './loopback-origin.js';
import { UsageError } from './settings.js';

/** Options that several commands have. */

/** `--config <file>` */
export function configOption(): Option {
  return new Option('-c, --config <file>', 'JSON file with the destination configuration');
}

/** `--px-url <url>`, parsed to the origin to send to. */
export function pxUrlOption(): Option {
  return new Option(
    '--px-url <url>',
    'advanced, for tests: send to this URL in place of PX (loopback addresses only)',
  ).argParser(parseAim);
}

/** The same, checked just so and left as it was written. */
export function pxUrlTextOption(): Option {
  return pxUrlOption().argParser((url) => {
    parseAim(url);
    return url;
  });
}

function parseAim(url: string): string {
  try {
    return loopbackOrigin(url);
  } catch (error) {
    if (error instanceof UsageError) throw new InvalidArgumentError(error.message);
    throw error;
  }
}

/** Parses a whole number of at least `least`, and at most `most`; for `argParser`. */
export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    const limit = most === Number.MAX_SAFE_INTEGER ? '' : ` and at most ${most}`;
    throw new InvalidArgumentError(`Give a whole number of at least ${least}${limit}.`);
  };
}

/** What a timer can wait. */
const LONGEST_WAIT_MS = 2 ** 31 - 1;

const NO_LIMIT = 'none';

/** `--concurrency <number>` */
export function concurrencyOption(usual: number): Option {
  return new Option('--concurrency <number>', 'requests in flight at most')
    .argParser(wholeNumber(1))
    .default(usual);
}

/** `--requests-per-second <number>` */
export function requestsPerSecondOption(usual: number): Option {
  return new Option('--requests-per-second <number>', 'at most, or none for no limit')
    .argParser(limit)
    .default(usual);
}

/** `--requests-per-day <number>` */
export function requestsPerDayOption(usual: number): Option {
  return new Option('--requests-per-day <number>', 'at most, or none for no limit')
    .argParser(limit)
    .default(usual);
}

/** `--request-timeout <ms>` */
export function requestTimeoutOption(usual: number): Option {
  return new Option('--request-timeout <ms>', 'how long one request may take, its answer included')
    .argParser(wholeNumber(1, LONGEST_WAIT_MS))
    .default(usual);
}

/** What these are parsed to. */
export interface SendingLimits {
  readonly concurrency: number;
  readonly requestsPerSecond: number;
  readonly requestsPerDay: number;
  /** In milliseconds. */
  readonly requestTimeout: number;
}

function limit(text: string): number {
  return text === NO_LIMIT ? Infinity : wholeNumber(1)(text);
}

/** An option's value as it is written on the command line. */
export function optionText(value: unknown): string {
  return value === Infinity ? NO_LIMIT : String(value);
}
