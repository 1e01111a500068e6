import type { RouterOptions } from '../../router/index.js';
import { createSimulator, type FaultRule } from '../../simulator/index.js';
import { loopbackOrigin, type OnQuota, type SendingLimits, type SharingOptions } from '../options.js';
import { UsageError, type CommandIo } from '../io.js';
import { openSharedLimits, sharedRouterOptions } from '../settings/shared-limits.js';
import type { Pauses } from './run/pauses.js';
import type { SentTo } from './report/summary.js';

/** Options that say where messages are sent, and how. */
export interface DeliveryTargetOptions extends SendingLimits, SharingOptions {
  readonly dryRun?: true;
  readonly simulate?: true;
  readonly simulateFault: readonly FaultRule[];
  readonly maxAttempts: number;
  /** In milliseconds; 0: off. */
  readonly skipUnchanged: number;
  /** In milliseconds; 0: not at all. */
  readonly retryFor: number;
  readonly onQuota: OnQuota;
  readonly pxUrl?: string;
}

/** Where messages are sent. */
export interface DeliveryTarget {
  readonly sentTo: SentTo;
  /** How to send; `undefined` for a dry run. */
  readonly sending: RouterOptions | undefined;
  close(): Promise<void>;
}

/** @throws UsageError when options contradict each other */
export function checkTarget({ dryRun, simulate, pxUrl, simulateFault }: DeliveryTargetOptions): void {
  const targets = Object.entries({ '--dry-run': dryRun, '--simulate': simulate, '--px-url': pxUrl })
    .filter(([, value]) => value !== undefined)
    .map(([name]) => name);
  if (targets.length > 1) {
    throw new UsageError(`${targets.join(' and ')} exclude each other: give one of them`);
  }
  if (simulateFault.length > 0 && simulate !== true) {
    throw new UsageError('--simulate-fault needs the simulated PX: add --simulate');
  }
}

/** Opens the target that the options name. The caller closes it. */
export async function openTarget(
  options: DeliveryTargetOptions,
  pauses: Pauses,
  io: CommandIo,
): Promise<DeliveryTarget> {
  const { dryRun, simulate, simulateFault, pxUrl } = options;
  const { concurrency, requestsPerSecond, requestsPerDay, maxAttempts, requestTimeout, skipUnchanged } =
    options;
  const limits: RouterOptions = {
    concurrency,
    requestsPerSecond,
    requestsPerDay,
    maxAttempts,
    requestTimeoutMs: requestTimeout,
    outage: { retryForMs: options.retryFor },
    onQuotaUsedUp: options.onQuota === 'wait' ? 'wait' : 'fail',
  };
  const close = (): Promise<void> => Promise.resolve();
  if (dryRun === true) return { sentTo: 'nowhere', sending: undefined, close };
  if (simulate === true) {
    const simulator = createSimulator({ faults: simulateFault });
    const { origin } = await simulator.listen();
    return {
      sentTo: 'simulator',
      sending: { ...limits, ...sharedRouterOptions(undefined, skipUnchanged), origin },
      close: () => simulator.close(),
    };
  }
  const shared = await openSharedLimits(options, io.env, {
    onChange: ({ text }) => io.stderr.write(`${text}\n`),
    onQuota: (warning) => {
      pauses.noteQuota(warning, options.onQuota === 'wait');
    },
  });
  return {
    sentTo: 'px',
    sending: {
      ...limits,
      ...(pxUrl === undefined ? {} : { origin: loopbackOrigin(pxUrl) }),
      ...sharedRouterOptions(shared, skipUnchanged),
    },
    close: () => shared?.close() ?? Promise.resolve(),
  };
}
