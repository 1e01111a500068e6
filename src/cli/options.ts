import { InvalidArgumentError, Option } from 'commander';
import { isLoopback, parseOrigin } from '../runtime/index.js';
import { UsageError } from './io.js';

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
  ).argParser(parsedBy(loopbackOrigin));
}

/** The same, checked in the same way, but kept as the user wrote it. */
export function pxUrlTextOption(): Option {
  const check = parsedBy(loopbackOrigin);
  return pxUrlOption().argParser((url) => {
    check(url);
    return url;
  });
}

/**
 * Reads the origin from `--px-url`, for the router's option `origin`. It accepts loopback addresses only, so
 * that a typing error cannot send the API key to another machine.
 *
 * @param url `http://127.0.0.1:50123`; a path in it (`/v1`) is ignored, because plans contain the API's
 * version
 * @throws UsageError when `url` is not the URL of a loopback address
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

/**
 * Turns what a parser throws for a wrong value into the error that commander reports with the option's name;
 * for `argParser`.
 */
function parsedBy<Value>(parse: (text: string) => Value): (text: string) => Value {
  return (text) => {
    try {
      return parse(text);
    } catch (error) {
      if (error instanceof UsageError || error instanceof TypeError) {
        throw new InvalidArgumentError(error.message);
      }
      throw error;
    }
  };
}

/** Parses each value of an option that the user may repeat, and collects them; for `argParser`. */
export function eachParsedBy<Value>(
  parse: (text: string) => Value,
): (text: string, before?: readonly Value[]) => readonly Value[] {
  const parseOne = parsedBy(parse);
  return (text, before = []) => [...before, parseOne(text)];
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

/** The longest time of a timer in Node. */
const LONGEST_WAIT_MS = 2 ** 31 - 1;

const UNITS_MS: Readonly<Record<string, number>> = {
  d: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1_000,
  ms: 1,
};

/**
 * Parses a duration to milliseconds; for `argParser`: a whole number and a unit (`500ms`, `90s`, `10m`, `1h`, `2d`), or
 * `0`. A number without a unit is refused, because `--request-timeout` counts in milliseconds and others might not.
 */
export function duration(text: string): number {
  const [, number, unit = ''] = /^(\d+)(ms|s|m|h|d)$/.exec(text) ?? [];
  const ms = text === '0' ? 0 : Number(number) * (UNITS_MS[unit] ?? NaN);
  if (ms <= LONGEST_WAIT_MS) return ms;
  throw new InvalidArgumentError('Give a duration such as 500ms, 90s, 10m or 1h, of 24 days at most; or 0.');
}

/** Writes milliseconds in the form that {@link duration} parses. */
export function durationText(ms: number): string {
  const [unit = 'ms', unitMs = 1] = Object.entries(UNITS_MS).find(([, each]) => ms % each === 0) ?? [];
  return ms === 0 ? '0' : `${ms / unitMs}${unit}`;
}

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
  return new Option('--request-timeout <ms>', 'how long one request may take, including its response')
    .argParser(wholeNumber(1, LONGEST_WAIT_MS))
    .default(usual);
}

/** `--retry-for <time>`, in milliseconds; 0: not at all. */
export function retryForOption(usualMs: number): Option {
  return new Option('--retry-for <time>', 'how long to wait for a PX that does not answer; 0: not at all')
    .argParser(duration)
    .default(usualMs, durationText(usualMs));
}

/** What a command does when the requests of a day are used up. */
export type OnQuota = 'wait' | 'stop';

/** `--on-quota <action>` */
export function onQuotaOption(usual: OnQuota): Option {
  return new Option('--on-quota <action>', 'when the requests of the day are used up')
    .choices(['wait', 'stop'] satisfies OnQuota[])
    .default(usual);
}

/**
 * `--skip-unchanged <time>`, in milliseconds; 0: off.
 *
 * @param usual the default for the help, where it is not one value
 */
export function skipUnchangedOption(usual?: string): Option {
  const meaning = 'leave out what PX took in this time, as in 10m; 0: send everything';
  const shown = usual === undefined ? '' : ` (default: ${usual})`;
  return new Option('--skip-unchanged <time>', meaning + shown).argParser(duration);
}

/** `--redis <url>`. It has no parser: an error of one would show the value, which may hold a password. */
export function redisOption(): Option {
  return new Option('--redis <url>', 'share the limits with all processes that name this Redis');
}

/** `--redis-processes <number>` */
export function redisProcessesOption(): Option {
  return new Option(
    '--redis-processes <number>',
    'how many share them at most: start without Redis, too',
  ).argParser(wholeNumber(1));
}

/** The parsed values of `redisOption` and `redisProcessesOption`. */
export interface SharingOptions {
  readonly redis?: string;
  readonly redisProcesses?: number;
}

/** The parsed values of the options above. */
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

/** Writes the parsed value of an option as on the command line. */
export function optionText({ parseArg }: Option, value: unknown): string {
  if (parseArg === duration && typeof value === 'number') return durationText(value);
  return value === Infinity ? NO_LIMIT : String(value);
}
