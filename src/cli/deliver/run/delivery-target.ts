import type { RouterOptions } from '../../../router/index.js';
import { createSimulator, type FaultRule } from '../../../simulator/index.js';
import { loopbackOrigin } from '../../loopback-origin.js';
import type { SendingLimits } from '../../options.js';
import { UsageError } from '../../settings.js';
import type { SentTo } from '../report/summary.js';

/** The options that say where and how to send messages. */
export interface TargetOptions extends SendingLimits {
  readonly dryRun?: true;
  readonly simulate?: true;
  readonly simulateFault: readonly FaultRule[];
  readonly maxAttempts: number;
  readonly pxUrl?: string;
}

/** Where to send messages. */
export interface Target {
  readonly sentTo: SentTo;
  /** How to send; `undefined`: do not send. */
  readonly sending: RouterOptions | undefined;
  close(): Promise<void>;
}

/** @throws UsageError when options exclude each other */
export function checkTarget({ dryRun, simulate, pxUrl, simulateFault }: TargetOptions): void {
  const targets = Object.entries({ '--dry-run': dryRun, '--simulate': simulate, '--px-url': pxUrl })
    .filter(([, value]) => value !== undefined)
    .map(([name]) => name);
  if (targets.length > 1) {
    throw new UsageError(`${targets.join(' and ')} exclude each other: give one of them`);
  }
  if (simulateFault.length > 0 && simulate !== true) {
    throw new UsageError('--simulate-fault is about the simulated PX: add --simulate');
  }
}

/** Opens the target that the options name. The caller closes it. */
export async function openTarget(options: TargetOptions): Promise<Target> {
  const { dryRun, simulate, simulateFault, pxUrl } = options;
  const { concurrency, requestsPerSecond, requestsPerDay, maxAttempts, requestTimeout } = options;
  const limits = {
    concurrency,
    requestsPerSecond,
    requestsPerDay,
    maxAttempts,
    requestTimeoutMs: requestTimeout,
  };
  const close = (): Promise<void> => Promise.resolve();
  if (dryRun === true) return { sentTo: 'nowhere', sending: undefined, close };
  if (simulate === true) {
    const simulator = createSimulator({ faults: simulateFault });
    const { origin } = await simulator.listen();
    return {
      sentTo: 'simulator',
      sending: { ...limits, origin },
      close: () => simulator.close(),
    };
  }
  return {
    sentTo: 'px',
    sending: pxUrl === undefined ? limits : { ...limits, origin: loopbackOrigin(pxUrl) },
    close,
  };
}
