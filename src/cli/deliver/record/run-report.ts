import type { RunReport } from '../../../web/index.js';
import type { DestinationConfig } from '../../../destinations/gainsight_px/index.js';
import { durationText, loopbackOrigin } from '../../options.js';
import { count } from '../../output/quantities.js';
import { describeSettings } from '../../settings/describe-settings.js';
import { packageVersion } from '../../package-version.js';
import type { DeliverCommandOptions } from '../deliver-options.js';
import type { Counts } from '../report/counts.js';
import type { Summary } from '../report/summary.js';
import type { RunRecord } from './run-record.js';

const MOST_DROPPED = 100;

interface ReportParts {
  readonly record: RunRecord;
  readonly counts: Counts;
  readonly summary: Summary;
  readonly options: DeliverCommandOptions;
  readonly config: DestinationConfig;
  /** Whether other processes count in the same limits. */
  readonly sharesLimits: boolean;
  /** When the run ended. */
  readonly endedAt: Date;
}

/** Builds the report of a run. It contains neither the API key nor the address of Redis, which may hold a password. */
export function buildReport(parts: ReportParts): RunReport {
  const { record, counts, summary, options, endedAt } = parts;
  const { durationMs, ...recorded } = record.report({
    dropped: counts.dropped.top(MOST_DROPPED),
    warnings: Object.fromEntries(counts.warnings),
  });
  const { requestsPerSecond } = options;
  return {
    reportOf: 'gainsight-px deliver',
    versions: { gainsightPx: packageVersion(), node: process.versions.node },
    startedAt: new Date(endedAt.getTime() - durationMs).toISOString(),
    endedAt: endedAt.toISOString(),
    durationMs,
    summary: { ...summary, goOn: summary.goOn.map(withoutRedis) },
    settings: settingsOf(parts),
    requestsPerSecond: requestsPerSecond === Infinity ? null : requestsPerSecond,
    ...recorded,
  };
}

/** A command without the address of Redis, quoted for a shell or not: it may hold a password. */
function withoutRedis(command: string): string {
  return command.replace(/ --redis (?:'(?:[^']|'\\'')*'|\S+)/g, ' --redis …');
}

function settingsOf({ options, config, sharesLimits }: ReportParts): [name: string, value: string][] {
  const { skip, includeRefused, pxUrl, simulate, dryRun } = options;
  const limit = (number: number): string => (number === Infinity ? 'none' : count(number));
  const meaning = describeSettings(config);
  const listed = (names: readonly string[]): string => (names.length === 0 ? 'none' : names.join(', '));
  return [
    ...(dryRun === true ? [['--dry-run', 'on'] as [string, string]] : []),
    ...(simulate === true ? [['--simulate', 'on'] as [string, string]] : []),
    ...(pxUrl === undefined ? [] : [['--px-url', loopbackOrigin(pxUrl)] as [string, string]]),
    ['--concurrency', count(options.concurrency)],
    ['--requests-per-second', limit(options.requestsPerSecond)],
    ['--requests-per-day', limit(options.requestsPerDay)],
    ['limits shared with other processes', sharesLimits ? 'yes' : 'no'],
    ['--on-quota', options.onQuota],
    ['--retry-for', durationText(options.retryFor)],
    ['--request-timeout', `${count(options.requestTimeout)} ms`],
    ['--max-attempts', count(options.maxAttempts)],
    ['--skip-unchanged', durationText(options.skipUnchanged)],
    ...(skip === 0 ? [] : [['--skip', count(skip)] as [string, string]]),
    ...(includeRefused === true ? [['--include-refused', 'on'] as [string, string]] : []),
    ['data center', meaning.sendsTo],
    ['productTagKey', meaning.productTagKey],
    ['user attributes that are mapped', count(meaning.userAttributes)],
    ['account attributes that are mapped', count(meaning.accountAttributes)],
    ['user fields with a source of their own', count(meaning.userFields)],
    ['account fields with a source of their own', count(meaning.accountFields)],
    ['names in globalContext', listed(meaning.globalContext)],
    ['extensions', listed(meaning.extensions)],
    ['keys without effect', listed(meaning.ignored)],
  ];
}
