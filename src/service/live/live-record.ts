import { isObject, type JsonObject, type RequestPlan } from '../../core/index.js';
import { accountLane, CONFIG_KEYS, KEY_HEADER, userLane } from '../../destinations/gainsight_px/index.js';
import { stringifyJson } from '../../runtime/index.js';
import type { LiveEvent, LiveRequest, LiveStep } from '../../web/index.js';
import { isFailed, type JobResult } from '../batch/job-result.js';
import type { CountedEvent } from '../observe/event-outcome.js';
import type { EventOutcome } from '../observe/outcome-names.js';
import { keyMask } from './key-mask.js';
import { receivedMs } from './received.js';

/** What there is to show of an event, beside its outcome. */
export interface LiveSource {
  /** Undefined where the call holds no message. */
  readonly message: unknown;
  /** What the host says of its job. */
  readonly metadata: JsonObject;
  /** Empty where nobody says it. */
  readonly destinationId: string;
  /** The configuration that it was mapped with, key included. */
  readonly config: unknown;
  /** Undefined when it could not be mapped. */
  readonly plan: RequestPlan | undefined;
  readonly result: JobResult;
}

/** When and where an event came. */
export type LivePlace = Pick<LiveEvent, 'id' | 'atMs' | 'route' | 'durationMs'>;

/** An event as it is kept: nothing of it refers to the body of its request. */
export interface LiveRecord {
  readonly atMs: number;
  /** A {@link LiveEvent} as JSON. */
  readonly json: Buffer;
  /** Where each filter looks, in small letters. */
  readonly words: Readonly<Record<'user' | 'code' | 'event', string>>;
  /** Undefined where nobody says when the event was received. */
  readonly lagMs: number | undefined;
}

/** Larger parts of an event are not kept. */
const MOST_BYTES = { message: 64 * 1024, steps: 64 * 1024, config: 32 * 1024 };
const MOST_CHARACTERS = 300;
const MOST_OF_PATH = 2_000;
const MOST_OF_ERROR = 2_000;
/** An event with more attempts shows the last ones. */
const MOST_REQUESTS = 100;

/** Makes the record of an event. The API key is in no part of it. */
export function liveRecord(
  place: LivePlace,
  { type, outcome }: CountedEvent,
  source: LiveSource,
): LiveRecord {
  const { plan, message, config, metadata, result } = source;
  const mask = maskOf(plan, config);
  const said = saidOf(source, mask);
  const code = codeOf(outcome, result);
  const since = receivedMs(message, metadata);
  const lagMs = since === undefined ? undefined : Math.max(0, place.atMs - since);
  const messageJson = atMost(MOST_BYTES.message, message);
  const isLeftOut = messageJson === undefined && message !== undefined;
  const fields: Omit<LiveEvent, 'message' | 'config' | 'steps'> = {
    ...place,
    durationMs: Math.round(place.durationMs * 10) / 10,
    type,
    ...said,
    code,
    result: outcome,
    requests: requestsOf(result),
    ...('unsent' in result ? { unsent: result.unsent } : {}),
    ...(lagMs === undefined ? {} : { lagMs }),
    ...(isLeftOut ? { messageTooLargeBytes: Buffer.byteLength(stringifyJson(message)) } : {}),
  };
  const parts = {
    message: messageJson,
    config: isObject(config) ? atMost(MOST_BYTES.config, shownConfig(config)) : undefined,
    steps: stepsJson(plan, mask),
  };
  const { userId = '', groupId = '', eventName = '' } = said;
  return {
    atMs: place.atMs,
    json: Buffer.from(withParts(fields, parts, mask)),
    words: {
      user: `${userId}\n${groupId}`.toLowerCase(),
      code: `${code}\n${outcome}`.toLowerCase(),
      event: `${eventName}\n${type}`.toLowerCase(),
    },
    lagMs,
  };
}

interface Mask {
  readonly json: (json: string) => string;
  /** Cuts a text after so many characters. It masks the whole text first: afterwards the cut may leave only a part of the key. */
  readonly cut: (text: string, most: number) => string;
}

/** Masks every key that the event was, or would have been, sent with. */
function maskOf(plan: RequestPlan | undefined, config: unknown): Mask {
  const ofPlan = plan?.steps[0].request.headers[KEY_HEADER];
  const ofConfig = isObject(config) ? config.apiKey : undefined;
  const keys = new Set(
    [ofPlan, ofConfig].filter((key): key is string => typeof key === 'string' && key.trim() !== ''),
  );
  const masks = [...keys].map(keyMask);
  return {
    json: (json) => masks.reduce((shown, mask) => mask.json(shown), json),
    cut: (text, most) => masks.reduce((shown, mask) => mask.text(shown), text).slice(0, most),
  };
}

/** JSON of an object and of further fields, whose values are JSON already. */
function withParts(object: object, parts: Readonly<Record<string, string | undefined>>, mask: Mask): string {
  const more = Object.entries(parts).map(([name, json]) =>
    json === undefined ? '' : `,"${name}":${mask.json(json)}`,
  );
  return `${JSON.stringify(object).slice(0, -1)}${more.join('')}}`;
}

/** A value as JSON, unless that is larger, or so deep that a browser runs out of stack. */
function atMost(bytes: number, value: unknown): string | undefined {
  try {
    const json = JSON.stringify(value) as string | undefined;
    return json === undefined || Buffer.byteLength(json) > bytes ? undefined : json;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

type Said = Pick<LiveEvent, 'eventName' | 'userId' | 'groupId' | 'destinationId' | 'error'>;

/** What the event says of itself, in short texts. */
function saidOf({ message, destinationId, plan, result }: LiveSource, { cut }: Mask): Said {
  const { event, name, userId, anonymousId, groupId } = isObject(message) ? message : NOTHING;
  const { eventName } = plan?.steps[0].request.body ?? NOTHING;
  return {
    ...shown('eventName', [event, name, eventName], cut),
    ...shown('userId', [idInLanes(plan, USER), userId, anonymousId], cut),
    ...shown('groupId', [idInLanes(plan, ACCOUNT), groupId], cut),
    ...shown('destinationId', [destinationId], cut),
    ...(isFailed(result)
      ? {
          error: {
            code: result.code,
            message: cut(result.message, MOST_OF_ERROR),
            retryable: result.retryable,
          },
        }
      : {}),
  };
}

const NOTHING: JsonObject = Object.freeze({});
/** How the lanes of users and accounts begin. */
const [USER, ACCOUNT] = [userLane(''), accountLane('')];

function idInLanes(plan: RequestPlan | undefined, prefix: string): string | undefined {
  return plan?.lanes.find((lane) => lane.startsWith(prefix))?.slice(prefix.length);
}

/** A field with the first value that is a text or a number; without one, no field. */
function shown<Name extends string>(
  name: Name,
  values: readonly unknown[],
  cut: Mask['cut'],
): Partial<Record<Name, string>> {
  const isShown = (value: unknown): value is string | number =>
    (typeof value === 'string' && value !== '') || typeof value === 'number';
  const found = values.find(isShown);
  if (found === undefined) return {};
  return { [name]: cut(String(found), MOST_CHARACTERS) } as Record<Name, string>;
}

function codeOf(outcome: EventOutcome, result: JobResult): string {
  if (outcome === 'delivered') return 'delivered';
  if (outcome === 'handedOver') return 'handed_over';
  // In a batch that comes again as a whole, an event may have been delivered.
  if (isFailed(result)) return result.code;
  return 'plan' in result ? 'handed_over' : 'delivered';
}

function requestsOf(result: JobResult): readonly LiveRequest[] {
  if ('plan' in result) return [];
  return result.requests
    .slice(-MOST_REQUESTS)
    .map(({ step, route, method, status, errorCode, durationMs, waitedMs, retryAfterMs, verdict }) => ({
      step,
      route,
      method,
      ...(status === undefined ? {} : { status }),
      ...(errorCode === undefined ? {} : { errorCode }),
      durationMs,
      waitedMs,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      verdict,
    }));
}

/** Only keys that have a meaning: hosts store others beside them, which may be secret. */
function shownConfig(config: JsonObject): JsonObject {
  const keys = CONFIG_KEYS.filter((key) => key !== 'apiKey' && Object.hasOwn(config, key));
  return Object.fromEntries(keys.map((key) => [key, config[key]]));
}

function stepsJson(plan: RequestPlan | undefined, mask: Mask): string {
  const steps = (plan?.steps ?? []).map(({ id, route, request: { method, endpoint, body } }) => {
    const step: LiveStep = { id, route, method, path: pathOf(endpoint, mask) };
    return { step, whole: body === undefined ? step : { ...step, body } };
  });
  const whole = atMost(
    MOST_BYTES.steps,
    steps.map((step) => step.whole),
  );
  return whole ?? JSON.stringify(steps.map(({ step }) => step));
}

function pathOf(endpoint: string, { cut }: Mask): string {
  const { pathname, search } = new URL(endpoint);
  return cut(pathname + search, MOST_OF_PATH);
}
