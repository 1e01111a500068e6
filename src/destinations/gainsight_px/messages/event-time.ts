import {
  compileRow,
  findRow,
  reportDefault,
  type CompiledRow,
  joinPath,
  reasonUnusable,
  isObject,
  type EventTimes,
  type PlanObject,
  readSources,
  type Recorder,
  sourceOf,
  type Sources,
  type SourceRoot,
  type BodyDraft,
} from '../../../core/index.js';
import { EVENT_TIME, SYNCED_MEMBER_TIME, SYNCED_TIME } from '../fields.js';

/** Where the time of creation comes from, in messages of reverse ETL. */
interface SyncedTime {
  readonly row: CompiledRow<number>;
  /** The objects that are walked for this body: there a trait `timestamp` that is not used is to be reported. */
  readonly walked: readonly SourceRoot[];
}

const TIME = compileRow(EVENT_TIME);
/** The trait that is the time of an event in messages of reverse ETL, and otherwise not read. */
export const TIME_TRAIT = 'timestamp';

/** For users of identify messages, for accounts, and for users that a group message creates. */
export const SYNCED_TIMES = {
  user: { row: compileRow(SYNCED_TIME), walked: ['traits', 'context.traits'] },
  account: { row: compileRow(SYNCED_TIME), walked: ['traits'] },
  member: { row: compileRow(SYNCED_MEMBER_TIME), walked: [] },
} as const satisfies Record<string, SyncedTime>;

/**
 * The event's time in epoch milliseconds, for those of `names` that a body does not say itself; `undefined` when it says all, or
 * the event has no time.
 *
 * The caller puts it before the body that it spreads (`{ createDate: time, ...body }`), so that the body's own dates win. Adding a
 * key to an object after a spread would be ten times slower (V8 in Node 20).
 */
export function eventTimeFor(
  names: readonly string[],
  body: BodyDraft,
  sources: Sources,
  place: PlanObject,
  record: Recorder | undefined,
  synced: SyncedTime = SYNCED_TIMES.user,
): number | undefined {
  let missing = false;
  for (const name of names) missing ||= body[name] === undefined;
  const time = missing ? findRow(sources, isSynced(sources) ? synced.row : TIME, record) : undefined;
  if (record !== undefined) {
    reportUnusedTraits(synced, time?.path, sources, record);
    for (const name of time === undefined ? [] : names) {
      if (body[name] === undefined) reportDefault({ to: name }, time!, place, record);
    }
  }
  return time?.value;
}

function reportUnusedTraits(
  { row, walked }: SyncedTime,
  used: string | undefined,
  sources: Sources,
  record: Recorder,
): void {
  for (const root of walked) {
    const path = joinPath(root, TIME_TRAIT);
    const object = sourceOf(sources, root);
    if (object === undefined || !Object.hasOwn(object, TIME_TRAIT) || path === used) continue;
    const raw = object[TIME_TRAIT];
    if (!isSynced(sources)) record.dropped(path, raw === null ? 'empty' : 'unmapped', raw);
    else if (row.convert(raw) === undefined) record.dropped(path, reasonUnusable(raw), raw);
    else record.dropped(path, 'shadowed', raw);
  }
}

/**
 * Whether a message comes out of a warehouse and was not mapped to this destination by the host: then its `timestamp` is the time of the
 * sync, and the time of the event stands in a column (RudderStack documentation, "Reverse ETL").
 */
export function isSynced({ message, context }: Sources): boolean {
  if (message.channel !== 'sources') return false;
  const mapped = context?.mappedToDestination;
  return mapped !== true && mapped !== 'true';
}

/**
 * When the user and the account of a message were as it says, in epoch milliseconds: the time that the message gives its dates of
 * creation by default, also where it comes by reverse ETL. Empty for a message that writes no user or account, or has no usable time.
 *
 * @example
 * eventTimesOf({ type: 'identify', userId: 'u', timestamp: '2024-01-01T00:00:00Z' }); // { user: 1704067200000 }
 */
export function eventTimesOf(message: unknown): EventTimes {
  if (!isObject(message) || typeof message.type !== 'string') return {};
  const type = message.type.toLowerCase();
  if (type !== 'identify' && type !== 'group') return {};
  const sources = readSources(message, undefined);
  const timeOf = (synced: SyncedTime): number | undefined =>
    findRow(sources, isSynced(sources) ? synced.row : TIME, undefined)?.value;
  const user = timeOf(type === 'identify' ? SYNCED_TIMES.user : SYNCED_TIMES.member);
  const account = type === 'identify' ? undefined : timeOf(SYNCED_TIMES.account);
  return { ...(user === undefined ? {} : { user }), ...(account === undefined ? {} : { account }) };
}
