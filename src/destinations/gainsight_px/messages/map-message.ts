import {
  InstrumentationError,
  foundText,
  isObject,
  type Recorder,
  readSources,
  type RudderMessage,
  type RequestPlan,
} from '../../../core/index.js';
import { PxApi } from '../api/px-api.js';
import type { ParsedConfig } from '../config/parse-config.js';
import { GroupMapper } from './group.js';
import { IdentifyMapper } from './identify.js';
import { TrackMapper, type EventType } from './track.js';
import { mappingError } from '../unreadable-input.js';

/** The message types that become requests, whatever the configuration. */
export const MESSAGE_TYPES = ['identify', 'group', 'track'] as const;
export type MessageType = (typeof MESSAGE_TYPES)[number];

/** The message types that become requests with `pageEvents` set. */
const WITH_PAGES = [...MESSAGE_TYPES, 'page', 'screen'] as const;

/** Maps messages by one configuration, which was parsed once. */
export class MessageMapper {
  readonly #identify: IdentifyMapper;
  readonly #group: GroupMapper;
  readonly #track: TrackMapper;
  readonly #types: readonly (MessageType | EventType)[];

  constructor(readonly config: ParsedConfig) {
    this.#types = config.pageEvents ? WITH_PAGES : MESSAGE_TYPES;
    const api = new PxApi(config.connection);
    this.#identify = new IdentifyMapper(config, api);
    this.#group = new GroupMapper(config, api);
    this.#track = new TrackMapper(config, api);
  }

  /** @throws InstrumentationError when something that must be in the message is missing or wrong, or cannot be read (`event_unreadable`) */
  plan(message: unknown, record?: Recorder): RequestPlan {
    try {
      return this.#plan(message, record);
    } catch (thrown) {
      throw mappingError(thrown, message);
    }
  }

  #plan(message: unknown, record: Recorder | undefined): RequestPlan {
    const event = requireMessage(message);
    const type = requireType(event, this.#types);
    const sources = readSources(event, record);
    switch (type) {
      case 'identify':
        return this.#identify.plan(sources, record);
      case 'group':
        return this.#group.plan(sources, record);
      case 'track':
      case 'page':
      case 'screen':
        return this.#track.plan(type, sources, record);
    }
  }
}

function requireMessage(message: unknown): RudderMessage {
  if (isObject(message)) return message;
  throw new InstrumentationError(
    'event_not_object',
    `the event is not an object: expected a RudderStack message, found ${foundText(message)}`,
    {
      issues: [{ path: '', message: `expected a RudderStack message, found ${foundText(message)}` }],
    },
  );
}

const LONGEST_QUOTE = 40;

function requireType<T extends MessageType | EventType>(
  { type }: RudderMessage,
  types: readonly T[],
): T | MessageType {
  // The common spelling needs no new string, and no look at the rest.
  if (type === 'track' || type === 'identify' || type === 'group') return type;
  const expected = `expected ${types.join(', ')}`;
  if (typeof type !== 'string' || type.trim() === '') {
    const found = foundText(type);
    throw new InstrumentationError('type_missing', `the message has no type: ${expected}, found ${found}`, {
      issues: [{ path: 'type', message: `${expected}, found ${found}` }],
    });
  }
  const known = types.find((candidate) => candidate === type.toLowerCase());
  if (known !== undefined) return known;
  const quoted = JSON.stringify(type.slice(0, LONGEST_QUOTE));
  throw new InstrumentationError('type_unsupported', `message type ${quoted} is not supported: ${expected}`, {
    issues: [{ path: 'type', message: `${expected}, found ${quoted}` }],
  });
}
