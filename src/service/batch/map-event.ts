import {
  InstrumentationError,
  InternalError,
  isObject,
  type EventTimes,
  type RudderMessage,
  type RequestPlan,
} from '../../core/index.js';
import {
  ConfigCache,
  compile,
  eventTimesOf,
  MESSAGE_TYPES,
  skipReason,
  skipReasonText,
  type CompiledDestination,
  type ConfigDefaults,
  type DestinationConfig,
} from '../../destinations/gainsight_px/index.js';
import {
  configOf,
  destinationIdOf,
  requireOneDataCenter,
  type TransformEvent,
} from '../../protocol/index.js';
import { failed, type Failed } from '../../router/index.js';
import type { WaitingDestinations } from './waiting-destinations.js';

/** The plan of an event, and the destination's configuration without the service's defaults. */
export interface Mapped {
  readonly plan: RequestPlan;
  readonly config: DestinationConfig;
  /** Absent where the object memory is off. */
  readonly eventTimes?: EventTimes | undefined;
}

const CACHED_API_KEYS = 1000;

/** Maps events, each with the configuration of its own destination. An event that cannot be mapped fails alone. */
export class EventMapper {
  readonly #destinations = new ConfigCache<CompiledDestination>(
    (config) => compile(config as DestinationConfig),
    CACHED_API_KEYS,
  );

  constructor(
    private readonly defaults: ConfigDefaults,
    private readonly waiting: WaitingDestinations,
    private readonly hasObjectMemory: boolean,
  ) {}

  /** How many compiled configurations the cache holds. */
  get cachedConfigurations(): number {
    return this.#destinations.size;
  }

  map(event: TransformEvent): Mapped | Failed {
    try {
      const { config, sent, isDynamic } = configOf(event, this.defaults);
      const settings = isObject(config) ? config : {};
      const reason = skipReason(event.message, settings);
      if (reason !== undefined) {
        return failed(new InstrumentationError(reason, skipReasonText(reason, settings)));
      }
      requireOneDataCenter(config);
      // A configuration of one event is not cached: it would evict those that many events share.
      const destination = isDynamic ? compile(config) : this.#destinations.get(config);
      const plan = destination.process(event.message as RudderMessage);
      return this.hasObjectMemory
        ? { plan, config: sent, eventTimes: eventTimesOf(event.message) }
        : { plan, config: sent };
    } catch (thrown) {
      const error = InternalError.from(thrown);
      this.waiting.note(error, destinationIdOf(event.destination, event.metadata));
      return failed(error);
    }
  }
}

const COUNTED_TYPES = [...MESSAGE_TYPES, 'page', 'screen', 'alias'] as const;

/** The type of a message as a label of metrics: one of a few words. */
export function messageTypeOf({ message }: TransformEvent): string {
  const type = isObject(message) && typeof message.type === 'string' ? message.type.toLowerCase() : '';
  return COUNTED_TYPES.find((known) => known === type) ?? 'other';
}

/** The id of a message; the host gives one to each message without. */
export function messageIdOf(message: unknown): string | undefined {
  const messageId = isObject(message) ? message.messageId : undefined;
  return typeof messageId === 'string' && messageId !== '' ? messageId : undefined;
}
