import { compile, type DestinationConfig } from '../../../destinations/gainsight_px/index.js';
import {
  createHttpFetch,
  createRouter,
  type RouterOptions,
  type RouterStats,
} from '../../../router/index.js';
import type { InputItem } from '../../input/input-item.js';
import type { MessageInput } from '../../input/message-input.js';
import type { Counts } from '../report/counts.js';
import { Delivery, type Place, type Sending } from './pipeline.js';
import { HeldForbidden } from './deferred-403s.js';
import type { RejectedFile } from '../rejected/rejected-file.js';
import type { Rejection } from '../rejected/rejection.js';
import { MAX_THROTTLE_WAIT_MS, StopRules } from './stop-rules.js';
import type { Stop } from './stop.js';
import { WouldBeRequests } from './would-be-requests.js';

/** What a run is made of. */
export interface DeliveryRun {
  readonly input: MessageInput;
  readonly config: DestinationConfig;
  /** How to send; `undefined`: a dry run. */
  readonly sending: RouterOptions | undefined;
  readonly rejectedFile: RejectedFile | undefined;
  readonly skip: number;
  readonly includeRefused: boolean;
  readonly stop: Stop;
  readonly counts: Counts;
}

/** What came of a run, next to its counts. */
export interface RunResult {
  /** Of the requests sent; `undefined` after a dry run. */
  readonly stats: RouterStats | undefined;
  readonly wouldBe: WouldBeRequests | undefined;
  /**
   * How many messages at the beginning of the input are done with, when some after them are not and stand in
   * no rejected file: what `--skip` is to be given. `undefined` when there are none.
   */
  readonly goOnAfter: number | undefined;
  /** How many messages behind these are delivered already, and are sent again with that `--skip`. */
  readonly sentAgain: number;
}

/** Plans that wait; more of them find more lanes to go on in, fewer take less memory. */
const MIN_PENDING = 1_000;
const PENDING_PER_REQUEST = 20;

/**
 * Delivers an input to its end, or until it is stopped: then what is in flight is finished, and nothing more
 * is read.
 *
 * @throws ConfigurationError
 */
export async function runDelivery(run: DeliveryRun): Promise<RunResult> {
  const { input, stop, counts, skip, config, includeRefused } = run;
  const destination = compile(config);
  const sending = makeSending(run);
  const unkept = new UnkeptRejections(run);
  let wasReadToEnd = false;

  // A source that waits would not notice that it is no longer wanted.
  stop.onStop(() => {
    input.destroy();
  });
  const onRejection = unkept.take;
  const parts = { config, destination, sending, counts, skip, includeRefused, onRejection };
  const delivery = new Delivery(parts);
  const items = async function* (): AsyncGenerator<InputItem, void, undefined> {
    yield* input.messages(stop.signal);
    wasReadToEnd = stop.reason === undefined;
  };
  await delivery.run(items());
  const goOn = unkept.goOn(wasReadToEnd);
  if (sending.to === 'nowhere') return { stats: undefined, wouldBe: sending.wouldBe, ...goOn };
  await sending.router.close();
  return { stats: sending.router.stats(), wouldBe: undefined, ...goOn };
}

function makeSending({ sending, stop, counts }: DeliveryRun): Sending {
  if (sending === undefined) return { to: 'nowhere', wouldBe: new WouldBeRequests() };
  const cancel = new AbortController();
  const held = new HeldForbidden();
  const rules = new StopRules(stop, (route) => {
    held.onRouteOpen(route);
  });
  const router = createRouter({
    maxPending: Math.max(MIN_PENDING, (sending.concurrency ?? 0) * PENDING_PER_REQUEST),
    fetch: createHttpFetch(),
    maxThrottleWaitMs: MAX_THROTTLE_WAIT_MS,
    ...sending,
    onRetryableFailure: 'blockLanes',
    signal: cancel.signal,
    onRequest: (record) => {
      rules.onRequest(record);
      if (record.retryAfterMs !== undefined) counts.notePause(performance.now() + record.retryAfterMs);
    },
  });
  stop.onStop((reason) => {
    // With a key that PX refuses the rest of a begun plan is in vain; else what is begun is brought to its
    // end.
    if (reason === 'unauthorized' || reason === 'forbidden') cancel.abort();
    else void router.close();
  });
  return { to: 'px', router, rules, held };
}

/** Keeps rejections in the file, and remembers where to go on for those that are in none. */
class UnkeptRejections {
  /** The first one that a stop kept from being delivered, and that stands in no file. */
  #first: { readonly ordinal: number; readonly deliveredBefore: number } | undefined;

  constructor(private readonly run: DeliveryRun) {}

  readonly take = (rejection: Rejection, { ordinal, deliveredBefore }: Place): void => {
    const { rejectedFile, stop } = this.run;
    if (rejectedFile !== undefined && stop.reason !== 'rejected_file_failed') {
      try {
        rejectedFile.write(rejection);
        return;
      } catch (error) {
        const { code = 'unknown error' } = error as NodeJS.ErrnoException;
        stop.request(
          'rejected_file_failed',
          `cannot write ${rejectedFile.path} (${code}): make room, or name another file with --rejected`,
        );
      }
    }
    if (rejectedFile !== undefined || (stop.reason !== undefined && rejection.retryable)) {
      this.#first ??= { ordinal, deliveredBefore: deliveredBefore() };
    }
  };

  goOn(wasReadToEnd: boolean): Pick<RunResult, 'goOnAfter' | 'sentAgain'> {
    const { counts } = this.run;
    if (this.#first === undefined) return { goOnAfter: wasReadToEnd ? undefined : counts.read, sentAgain: 0 };
    const { ordinal, deliveredBefore } = this.#first;
    return { goOnAfter: ordinal - 1, sentAgain: counts.delivered - deliveredBefore };
  }
}
