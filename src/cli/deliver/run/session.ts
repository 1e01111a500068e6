import { compile, type DestinationConfig } from '../../../destinations/gainsight_px/index.js';
import {
  createHttpFetch,
  createMemoryRateLimiter,
  createRouter,
  parseDayUsage,
  ROUTER_DEFAULTS,
  systemClock,
  type MemoryRateLimiter,
  type RouterOptions,
} from '../../../router/index.js';
import type { InputItem } from '../../input/input-item.js';
import type { MessageInput } from '../../input/message-input.js';
import type { Counts } from '../report/counts.js';
import type { DeliverCheckpoint } from '../resume/deliver-state.js';
import { heldBack } from '../resume/held-back.js';
import { Pipeline, type InputPosition, type Sending } from './pipeline.js';
import { Deferred403s } from './deferred-403s.js';
import type { RejectedFile } from '../../rejected/rejected-file.js';
import type { Rejection } from '../../rejected/rejection.js';
import type { Pauses } from './pauses.js';
import { StopRules, throttleWaitMs } from './stop-rules.js';
import type { Stop } from './stop.js';
import { WouldBeRequests } from './would-be-requests.js';

/** What a run needs. */
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
  readonly checkpoint: DeliverCheckpoint | undefined;
  readonly pauses: Pauses;
}

/** The result of a run, next to its counts. */
export interface RunResult {
  /** Only after a dry run. */
  readonly wouldBe: WouldBeRequests | undefined;
  /**
   * The value for `--skip` that resumes the run: how many messages at the beginning of the input are settled.
   * `undefined` when every message is settled or in the rejected file.
   */
  readonly goOnAfter: number | undefined;
  /** How many delivered messages come after these, and are sent again with that `--skip`. */
  readonly sentAgain: number;
  /** How many messages of those that were read stay for the next run: neither delivered nor rejected. */
  readonly left: number;
}

/** Pending plans: more of them keep more lanes busy, fewer of them take less memory. */
const MIN_PENDING = 1_000;
const PENDING_PER_REQUEST = 20;

/**
 * Delivers an input to its end, or until it is stopped: then it reads no more, and finishes what is in flight.
 *
 * @throws ConfigurationError
 */
export async function runDelivery(run: DeliveryRun): Promise<RunResult> {
  const { input, stop, counts, skip, config, includeRefused, checkpoint, rejectedFile } = run;
  const destination = compile(config);
  const { sending, limiter } = makeSending(run);
  const unkept = new UnkeptRejections(run);
  let wasReadToEnd = false;

  // A source that waits for data does not see the signal.
  stop.onStop(() => {
    input.destroy();
    checkpoint?.endReservations();
  });
  const onRejection = unkept.take;
  const parts = {
    config,
    destination,
    sending,
    counts,
    skip,
    includeRefused,
    skipsUnchanged: run.sending?.skipUnchanged !== undefined,
    stop,
    checkpoint,
    onRejection,
  };
  const pipeline = new Pipeline(parts);
  if (checkpoint !== undefined && sending.to === 'px') {
    const { rejected = null } = checkpoint.before?.own ?? {};
    if (rejected !== null && rejectedFile !== undefined) {
      for await (const plan of heldBack(rejectedFile.path, rejected, destination)) {
        sending.router.holdBack(plan);
      }
    }
    follow(checkpoint, run, { pipeline, limiter });
  }
  const items = async function* (): AsyncGenerator<InputItem, void, undefined> {
    yield* input.messages(stop.signal);
    wasReadToEnd = stop.reason === undefined;
  };
  await pipeline.run(items());
  if (sending.to === 'px') await sending.router.close();
  const wouldBe = sending.to === 'nowhere' ? sending.wouldBe : undefined;
  const { unsettled } = pipeline.unfinished();
  if (checkpoint === undefined) {
    return { wouldBe, left: unsettled.length, ...unkept.goOn(wasReadToEnd, unsettled[0]) };
  }
  const settledUpTo =
    unsettled[0] === undefined ? Math.max(counts.read, checkpoint.settledUpTo) : unsettled[0] - 1;
  const goOnAfter = wasReadToEnd && unsettled.length === 0 ? undefined : settledUpTo;
  return { wouldBe, left: unsettled.length, goOnAfter, sentAgain: 0 };
}

function follow(
  checkpoint: DeliverCheckpoint,
  run: DeliveryRun,
  { pipeline, limiter }: { pipeline: Pipeline } & Pick<RunSending, 'limiter'>,
): void {
  const { input, counts, rejectedFile, stop, sending } = run;
  checkpoint.follow({
    snapshot: () => {
      const { refused, ...unfinished } = pipeline.unfinished();
      const quota = limiter?.dayUsage() ?? { sent: [] };
      const own = { counts: counts.save(), rejected: rejectedFile?.save() ?? null, refused, quota };
      return { read: counts.read, ...unfinished, inputs: input.readParts(), own };
    },
    read: () => counts.read,
    sync: async () => {
      await rejectedFile?.sync();
    },
    perSecond: sending?.requestsPerSecond ?? Infinity,
    onFailure: (text) => {
      stop.request('checkpoint_failed', text);
    },
  });
}

/** Where a run sends, and what it has sent within the last 24 hours. */
interface RunSending {
  readonly sending: Sending;
  /** `undefined` when another limiter than that of this process counts. */
  readonly limiter: MemoryRateLimiter | undefined;
}

function makeSending(run: DeliveryRun): RunSending {
  const { sending: options, stop, counts, pauses } = run;
  if (options === undefined)
    return { sending: { to: 'nowhere', wouldBe: new WouldBeRequests() }, limiter: undefined };
  const cancel = new AbortController();
  const deferred = new Deferred403s();
  const retryForMs = options.outage?.retryForMs ?? 0;
  const maxThrottleWaitMs = throttleWaitMs(retryForMs);
  const rules = new StopRules(
    stop,
    (route) => {
      deferred.onRouteOpen(route);
    },
    maxThrottleWaitMs,
  );
  const limiter = options.rateLimiter === undefined ? makeLimiter(run, options) : undefined;
  const router = createRouter({
    maxPending: Math.max(MIN_PENDING, (options.concurrency ?? 0) * PENDING_PER_REQUEST),
    fetch: createHttpFetch(),
    maxThrottleWaitMs,
    ...(limiter === undefined ? {} : { rateLimiter: () => limiter }),
    ...options,
    onRetryableFailure: 'blockLanes',
    signal: cancel.signal,
    outage: {
      retryForMs,
      onChange: (change) => {
        pauses.noteOutage(change, retryForMs);
        rules.onOutage(change);
      },
    },
    onRequest: (record) => {
      rules.onRequest(record);
      counts.noteRequest(record);
      if (record.retryAfterMs !== undefined) pauses.noteAsked(record.retryAfterMs);
    },
  });
  stop.onStop((reason) => {
    // With a key that PX refuses, no begun plan can succeed. Otherwise a begun plan runs to its end.
    if (reason === 'unauthorized' || reason === 'forbidden') cancel.abort();
    // The router has just given up: first the plans that wait are to say what PX answered.
    else if (reason === 'outage') setImmediate(() => void router.close());
    else void router.close();
  });
  return { sending: { to: 'px', router, rules, deferred }, limiter };
}

/** One for the run, whose API key is one: its use of the day is stored in the checkpoint. */
function makeLimiter({ checkpoint, pauses }: DeliveryRun, options: RouterOptions): MemoryRateLimiter {
  const { requestsPerSecond, requestsPerDay } = { ...ROUTER_DEFAULTS, ...options };
  return createMemoryRateLimiter({ requestsPerSecond, requestsPerDay }, systemClock, {
    usedToday: parseDayUsage(checkpoint?.before?.own.quota),
    onQuota: (warning) => {
      pauses.noteQuota(warning, options.onQuotaUsedUp === 'wait');
    },
  });
}

/** Writes rejections to the file, and remembers where to resume for those that it could not write. */
class UnkeptRejections {
  /** The first rejection that is in no file and must be delivered by a further run. */
  #first: { readonly ordinal: number; readonly deliveredBefore: number } | undefined;

  constructor(private readonly run: DeliveryRun) {}

  /** False: the rejection is written nowhere, and its message stays for the next run. */
  readonly take = (rejection: Rejection, { ordinal, deliveredBefore }: InputPosition): boolean => {
    const { rejectedFile, stop, checkpoint } = this.run;
    if (rejectedFile !== undefined && stop.reason !== 'rejected_file_failed') {
      try {
        rejectedFile.write(rejection);
        return true;
      } catch (error) {
        const { code = 'unknown error' } = error as NodeJS.ErrnoException;
        stop.request(
          'rejected_file_failed',
          `cannot write ${rejectedFile.path} (${code}): make room${checkpoint === undefined ? ', or name another file with --rejected' : ', then start the same command again'}`,
        );
      }
    }
    if (checkpoint !== undefined) return rejectedFile === undefined;
    if (rejectedFile !== undefined || (stop.reason !== undefined && rejection.retryable)) {
      this.#first ??= { ordinal, deliveredBefore };
    }
    return true;
  };

  /** @param firstLeft the first message that stays for the next run */
  goOn(wasReadToEnd: boolean, firstLeft: number | undefined): Pick<RunResult, 'goOnAfter' | 'sentAgain'> {
    const { counts } = this.run;
    if (this.#first === undefined) {
      const isDone = wasReadToEnd && firstLeft === undefined;
      return { goOnAfter: isDone ? undefined : (firstLeft ?? counts.read + 1) - 1, sentAgain: 0 };
    }
    const { ordinal, deliveredBefore } = this.#first;
    return { goOnAfter: ordinal - 1, sentAgain: counts.delivered - deliveredBefore };
  }
}
