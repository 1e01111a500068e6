import type { RequestPlan, ErrorCode } from '../../core/index.js';
import { createHttpFetch, createRouter, type Delivered } from '../../router/index.js';
import type { CommandIo } from '../io.js';
import { printable } from '../output/printable.js';

interface Sending {
  /** What failed, for the error text: `the user u_1 was not deleted`. */
  readonly task: string;
  /** Sends here in place of PX. */
  readonly origin?: string | undefined;
}

const ADVICE: Readonly<Partial<Record<ErrorCode, string>>> = {
  user_not_found: 'check the id: PX knows a user only after its first identify',
  denied: 'the key must belong to this data center',
  rejected: 'PX refuses it however often it is sent',
};

/**
 * Delivers one plan. When that fails, prints one line with advice, sets the exit code 1, and returns nothing.
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
    const advice = ADVICE[outcome.code] ?? (outcome.retryable ? 'try again later' : 'see --help');
    io.stderr.write(`${printable(`error: ${task}: ${outcome.message}; ${advice}`)}\n`);
    io.exitCode = 1;
    return undefined;
  } finally {
    await router.close();
  }
}
