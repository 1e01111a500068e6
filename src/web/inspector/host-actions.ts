import {
  AbortedError,
  RetryableError,
  ThrottledError,
  type DestinationError,
  type RequestPlan,
} from '../../core/index.js';
import type { SkipReason } from '../../destinations/gainsight_px/index.js';
import { errorStatus, ITEM_STATUS } from '../../protocol/index.js';
import { isAbsence, type End, type Walk } from './walk.js';

/** What became of a message before or behind its plan. */
export type Fate =
  /** `error`: why the message could not be mapped if it were not skipped. */
  | {
      readonly kind: 'skipped';
      readonly reason: SkipReason;
      readonly error?: DestinationError | undefined;
    }
  | { readonly kind: 'refused'; readonly error: DestinationError }
  | { readonly kind: 'sent'; readonly plan: RequestPlan; readonly walk: Walk };

/** Whether an event is over, comes again, or is lost to its receiver. */
export type Mood = 'done' | 'again' | 'lost' | 'skipped';

/** What one caller is told of the event, and what it does then. */
export interface HostAction {
  readonly caller: string;
  readonly told: string;
  readonly does: string;
  readonly mood: Mood;
}

/**
 * What each caller does with the event: the routes of a RudderStack host (rudder-server v1.83, `router/worker.go`, `router/misc.go`,
 * `processor/processor.go`) and the command `deliver`.
 */
export function hostActions(fate: Fate): readonly HostAction[] {
  switch (fate.kind) {
    case 'skipped':
      return skippedActions(fate.error);
    case 'refused':
      return refusedActions(fate.error);
    case 'sent':
      return [
        jobAction('Host, router transform (inline)', ITEM_STATUS.handled, fate.walk),
        processorAction(fate.plan, fate.walk),
        jobAction('Host, delivery proxy', 200, fate.walk),
        deliverAction(fate.walk),
      ];
  }
}

/** The error that the router makes of a plan's failure. */
function errorOf(end: Extract<End, { to: 'failed' }>): DestinationError {
  const { code, retryable } = end;
  if (code === 'throttled') return new ThrottledError(code, '');
  return retryable ? new RetryableError(code, '') : new AbortedError(code, '');
}

/**
 * The status of the job of a plan that failed, at the router route and at the delivery proxy. An absence has further attempts, because
 * another event may be creating the object: two where PX may not see yet what it has, three where an event may still create the user.
 *
 * @param attemptNum how often the host tried before
 */
export function jobStatus(walk: Walk, attemptNum: number): number | undefined {
  const { end } = walk;
  if (end.to === 'delivered') return undefined;
  const error = errorOf(end);
  if (isAbsence(walk)) {
    const isTriedAgain = attemptNum < (end.retryable ? 2 : 1);
    return errorStatus(
      isTriedAgain ? new RetryableError('unavailable', '') : new AbortedError('rejected', ''),
    );
  }
  return errorStatus(error, end.status);
}

const DROPS = 'drops the event; the later events of this user are sent';
const SENDS_AGAIN =
  'sends the event again after 10 s, then 20 s, up to every 5 min, and drops it after three hours; the later events of this user wait';
const SENDS_AGAIN_429 =
  'sends the event again for as long as it keeps the job (30 days); the later events of this user wait';

/** What the host does with a job that has this status. */
export function statusWords(status: number): Pick<HostAction, 'does' | 'mood'> {
  if (status === ITEM_STATUS.filtered) return { does: 'counts the event as filtered', mood: 'skipped' };
  if (status < 300) return { does: 'counts the event as delivered, and sends nothing', mood: 'done' };
  if (status === 429) return { does: SENDS_AGAIN_429, mood: 'again' };
  return status >= 500 ? { does: SENDS_AGAIN, mood: 'again' } : { does: DROPS, mood: 'lost' };
}

function jobAction(caller: string, delivered: number, walk: Walk): HostAction {
  const status = jobStatus(walk, 0);
  if (status === undefined) return { caller, told: String(delivered), ...statusWords(delivered) };
  const words = statusWords(status);
  if (!isAbsence(walk)) return { caller, told: String(status), ...words };
  const tries = [1, 2, 3].find((attempt) => jobStatus(walk, attempt) !== status)!;
  const times = tries === 1 ? 'once more' : 'twice more';
  const final = jobStatus(walk, tries)!;
  return {
    caller,
    told: `${status}, then ${final}`,
    does: `sends the event again ${times}, because another event may be creating the object; then drops it`,
    mood: 'again',
  };
}

function processorAction(plan: RequestPlan, walk: Walk): HostAction {
  const caller = 'Host, processor transform (inline)';
  if (plan.steps[0].effect === 'append') {
    return {
      caller,
      told: '200 with the request',
      does: 'sends the request itself, with its own reading of the answer: a 4xx page of a gateway drops the event',
      mood: hostMood(walk),
    };
  }
  const { end } = walk;
  if (end.to === 'delivered' || isAbsence(walk)) {
    const does =
      end.to === 'delivered'
        ? 'sends the updates of the plan once more, which changes nothing'
        : 'sends the updates of the plan later, when another event may have created the object';
    return { caller, told: '200 with the updates', does, mood: end.to === 'delivered' ? 'done' : 'again' };
  }
  if (end.retryable) {
    return {
      caller,
      told: '503 for the whole batch',
      does: 'sends the whole batch again, without limit (X-Rudder-Should-Retry)',
      mood: 'again',
    };
  }
  const status = jobStatus(walk, 0)!;
  return { caller, told: String(status), ...statusWords(status) };
}

/** What becomes of a request that the host sends itself: it reads the status alone. */
function hostMood({ visited: [{ answer }] }: Walk): Mood {
  if (answer === 'ok') return 'done';
  return answer === '429' || answer === '500' || answer === 'none' ? 'again' : 'lost';
}

const DELIVER = 'Command deliver';

function deliverAction({ end }: Walk): HostAction {
  const caller = DELIVER;
  if (end.to === 'delivered') {
    const told = end.note === undefined ? 'delivered' : `delivered, ${end.note}`;
    return { caller, told, does: 'goes on with the next message', mood: 'done' };
  }
  const { code, retryable, status } = end;
  const told = `${code}, ${retryable || status === 401 ? 'retryable' : 'not retryable'}`;
  if (status === 401) {
    return {
      caller,
      told,
      does: 'stops: PX does not know the key. The message stays for the next run',
      mood: 'again',
    };
  }
  if (status === 403) {
    return {
      caller,
      told,
      does: 'writes the message to the rejected file; it is retryable if PX takes no later message on this route. Stops after 20 in a row',
      mood: 'lost',
    };
  }
  if (code === 'throttled' || code === 'unavailable' || code === 'unreachable') {
    const file = 'If PX takes other messages meanwhile, this one goes to the rejected file as retryable';
    return {
      caller,
      told,
      does: `waits up to 15 minutes for PX, then stops and prints how to resume. ${file}`,
      mood: 'again',
    };
  }
  return retryable
    ? {
        caller,
        told,
        does: 'writes the message to the rejected file as retryable; later messages are sent',
        mood: 'again',
      }
    : {
        caller,
        told,
        does: 'writes the message to the rejected file; the next run does not send it again',
        mood: 'lost',
      };
}

function refusedActions(error: DestinationError): readonly HostAction[] {
  const status = errorStatus(error);
  const words = statusWords(status);
  const told = String(status);
  const noPlan = { told: 'not called', does: 'there is no plan to deliver', mood: words.mood };
  return [
    { caller: 'Host, router transform', told, ...words },
    { caller: 'Host, processor transform', told, ...words },
    { caller: 'Host, delivery proxy', ...noPlan },
    error.kind === 'configuration'
      ? NOT_BEGUN
      : {
          caller: DELIVER,
          told: `${error.code}, ${error.retryable ? 'retryable' : 'not retryable'}`,
          does: 'writes the message to the rejected file, and continues with the next one',
          mood: words.mood,
        },
  ];
}

/** `deliver` has one configuration for all messages, and reads it first. */
const NOT_BEGUN: HostAction = {
  caller: DELIVER,
  told: 'exit code 2',
  does: 'does not begin: it prints what is wrong in the configuration, and reads no message',
  mood: 'lost',
};

function skippedActions(error: DestinationError | undefined): readonly HostAction[] {
  const { filtered, handled } = ITEM_STATUS;
  const { does } = statusWords(filtered);
  return [
    {
      caller: 'Host, router transform',
      told: `${filtered} (an older host: ${handled})`,
      does,
      mood: 'skipped',
    },
    { caller: 'Host, processor transform', told: `${filtered} (an older host: 400)`, does, mood: 'skipped' },
    {
      caller: 'Host, delivery proxy',
      told: 'not called',
      does: 'there is no plan to deliver',
      mood: 'skipped',
    },
    error?.kind === 'configuration'
      ? NOT_BEGUN
      : {
          caller: DELIVER,
          told: 'skipped',
          does: 'counts the message as skipped, and continues with the next one',
          mood: 'skipped',
        },
  ];
}
