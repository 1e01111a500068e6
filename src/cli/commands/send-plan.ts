import type { RequestPlan, ErrorCode } from '../../core/index.js';
import { createHttpFetch, createRouter, type Delivered } from '../../router/index.js';
import type { CommandIo } from '../io.js';
import { printable } from '../output/printable.js';

interface Sending {
  /** What is being done, for the error: `cannot delete the user`. */
  readonly task: string;
  /** Sends to another place than PX. */
  readonly origin?: string | undefined;
}

const ADVICE: Readonly<Partial<Record<ErrorCode, string>>> = {
  user_not_found: 'check the id: PX knows a user only after its first identify',
  denied: 'the key must belong to this data center',
  rejected: 'PX refuses it however often it is sent',
};

/**
 * Delivers one plan. When it fails, that is said on one line with the advice, the exit code is 1, and nothing is returned.
 */
export async function sendPlan(
  plan: RequestPlan,
  { task, origin }: Sending,
  io: CommandIo,
): Promise<Delivered | undefined> {
  const router = createRouter({ fetch: createHttpFetch(), ...(origin === undefined ? {} : { origin }) });
  try {
    const outcome = await router.deliver(plan);
    if (outcome.delivered) return outcome;
    const advice = ADVICE[outcome.code] ?? (outcome.retryable ? 'it may pass: try again' : 'see --help');
    io.stderr.write(`${printable(`error: ${task}: ${outcome.message}; ${advice}`)}\n`);
    io.exitCode = 1;
    return undefined;
  } finally {
    await router.close();
  }
}
