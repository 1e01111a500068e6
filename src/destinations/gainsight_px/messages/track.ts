import {
  deepFreeze,
  FixedFields,
  reportFound,
  type BodyWith,
  InstrumentationError,
  foundText,
  isObject,
  isReservedKey,
  type AttributeValue,
  isBlank,
  copyAttributes,
  type Attributes,
  compileRow,
  findRow,
  type CompiledRow,
  type FoundValue,
  reasonUnusable,
  type PlanObject,
  type Recorder,
  type Sources,
  type BodyDraft,
  type RequestPlan,
} from '../../../core/index.js';
import { stepOf, type PxApi } from '../api/px-api.js';
import type { ParsedConfig } from '../config/parse-config.js';
import { EventAttributes, withoutQuery } from './event-attributes.js';
import {
  EVENT_FIELDS,
  EVENT_ID,
  EVENT_IP,
  EVENT_NAME,
  FIXED_EVENT_FIELDS,
  PAGE_EVENT_NAMES,
  SYNCED_EVENT_DATE,
  URL_FIELDS,
  USER_ID,
} from '../fields.js';
import { requireUserId, userLane } from './identity.js';
import { isSynced } from './event-time.js';

const GLOBAL_CONTEXT = 'globalContext';
const NAME = compileRow(EVENT_NAME);
const SYNCED_DATE = compileRow(SYNCED_EVENT_DATE);
const EVENT: PlanObject = deepFreeze({ object: 'event', steps: ['createEvent'] });
const CONTEXT_PATHS = { from: 'properties.globalContext', place: EVENT, to: GLOBAL_CONTEXT } as const;
const URLS: readonly string[] = URL_FIELDS;

type TrackStep = 'createEvent';

/** Messages that are custom events: a page or screen message is one with `pageEvents` set. */
export type EventType = 'track' | PageType;
type PageType = keyof typeof PAGE_EVENT_NAMES;
type PageName = (typeof PAGE_EVENT_NAMES)[PageType];

/** Maps track, page and screen messages: one custom event each. */
export class TrackMapper {
  readonly #rows: readonly CompiledRow[];
  /** For messages of reverse ETL. */
  readonly #syncedRows: readonly CompiledRow[];
  readonly #attributes: EventAttributes;
  readonly #fixed: FixedFields<typeof FIXED_EVENT_FIELDS>;
  readonly #pageNames: Readonly<Record<PageType, FixedFields<readonly [PageName]>>>;

  constructor(
    private readonly config: ParsedConfig,
    private readonly api: PxApi,
  ) {
    const optional = [...(config.sendEventId ? [EVENT_ID] : []), ...(config.sendIp ? [EVENT_IP] : [])];
    this.#rows = [...EVENT_FIELDS, ...optional].map((row) => compileRow(row));
    this.#syncedRows = this.#rows.map((row) => (row.to === SYNCED_DATE.to ? SYNCED_DATE : row));
    this.#attributes = new EventAttributes(config, EVENT, GLOBAL_CONTEXT);
    this.#fixed = new FixedFields(FIXED_EVENT_FIELDS, config);
    this.#pageNames = {
      page: new FixedFields([PAGE_EVENT_NAMES.page], config),
      screen: new FixedFields([PAGE_EVENT_NAMES.screen], config),
    };
  }

  /** @throws InstrumentationError `id_missing`, `event_name_missing`, `nested_too_deep` */
  plan(type: EventType, sources: Sources, record: Recorder | undefined): RequestPlan<TrackStep> {
    const id = requireUserId(sources, record);
    const identifyId = id.value;
    reportFound(USER_ID, id, EVENT, record);
    const body = this.#event(type, identifyId, sources, record);
    return {
      lanes: [userLane(identifyId)],
      steps: [stepOf('createEvent', this.api.call('events.create', identifyId, body))],
    };
  }

  #event(type: EventType, identifyId: string, sources: Sources, record: Recorder | undefined): BodyDraft {
    const { propertyKey, userType } = this.#fixed.values;
    const body: BodyDraft = {
      identifyId,
      propertyKey,
      userType,
      eventName: type === 'track' ? requireEventName(sources, record) : this.#pageEventName(type, record),
      attributes:
        type === 'track'
          ? this.#attributes.ofTrack(sources, record)
          : this.#attributes.ofPage(sources, record),
    } satisfies BodyWith<typeof FIXED_EVENT_FIELDS>;
    this.#fixed.report(EVENT, record);

    for (const row of isSynced(sources) ? this.#syncedRows : this.#rows) {
      const found = findRow(sources, row, record);
      if (found === undefined) continue;
      const value = this.config.stripUrlQuery && URLS.includes(row.to) ? cutUrl(found, record) : found.value;
      if (value === undefined) continue;
      body[row.to] = value;
      if (record !== undefined) reportFound(row, { value, path: found.path }, EVENT, record);
    }
    const globalContext = this.#globalContext(sources, record);
    if (globalContext !== undefined) body[GLOBAL_CONTEXT] = globalContext;
    return body;
  }

  #pageEventName(type: PageType, record: Recorder | undefined): unknown {
    const name = this.#pageNames[type];
    name.report(EVENT, record);
    return name.values.eventName;
  }

  /** The payload's own context wins over the configuration's, as a whole or, when they are merged, key by key. */
  #globalContext(sources: Sources, record: Recorder | undefined): Attributes | undefined {
    const { globalContext: constants, mergeGlobalContext } = this.config;
    const own = ownGlobalContext(sources, record);
    if (own !== undefined && !mergeGlobalContext) return own;
    if (constants === undefined) return own;
    for (const key of Object.keys(constants)) {
      if (own === undefined || !Object.hasOwn(own, key)) {
        record?.wrote(EVENT, `${GLOBAL_CONTEXT}.${key}`, 'config.globalContextMap', constants[key]);
      }
    }
    return { ...constants, ...own };
  }
}

function requireEventName(sources: Sources, record: Recorder | undefined): string {
  const found = findRow(sources, NAME, record);
  if (found !== undefined) {
    reportFound(NAME, found, EVENT, record);
    return found.value;
  }
  const message = `expected a non-blank string or a finite number, found ${foundText(sources.message.event)}`;
  throw new InstrumentationError('event_name_missing', `a track message needs a name in event: ${message}`, {
    issues: [{ path: 'event', message }],
  });
}

/** A URL without its query and fragment; nothing when there was nothing else. */
function cutUrl({ value, path }: FoundValue<unknown>, record: Recorder | undefined): string | undefined {
  const url = withoutQuery(value as string);
  if (!isBlank(url)) return url;
  record?.dropped(path, 'stripped', value);
  return undefined;
}

/** `properties.globalContext`, when it is an object with a usable value. */
function ownGlobalContext(sources: Sources, record: Recorder | undefined): Attributes | undefined {
  const raw = sources.properties?.[GLOBAL_CONTEXT];
  if (raw === undefined) return undefined;
  if (!isObject(raw)) {
    record?.dropped(CONTEXT_PATHS.from, raw === null ? 'empty' : 'notAnObject', raw);
    return undefined;
  }
  const own = copyAttributes(raw, CONTEXT_PATHS, undefined);
  if (Object.values(own).some(isUsable))
    return record === undefined ? own : copyAttributes(raw, CONTEXT_PATHS, record);
  if (record !== undefined) {
    const entries = Object.entries(raw);
    if (entries.length === 0) record.dropped(CONTEXT_PATHS.from, 'empty', raw);
    for (const [key, value] of entries) {
      record.dropped(
        `${CONTEXT_PATHS.from}.${key}`,
        isReservedKey(key) ? 'reserved' : reasonUnusable(value),
        value,
      );
    }
  }
  return undefined;
}

function isUsable(value: AttributeValue): boolean {
  return typeof value !== 'string' || !isBlank(value);
}
