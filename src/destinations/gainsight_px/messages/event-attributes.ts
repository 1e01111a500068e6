import {
  copyAttributes,
  toEventAttribute,
  type Attributes,
  type CopyPaths,
  flattenAttributes,
  reasonUnusable,
  type PlanObject,
  type Recorder,
  type Sources,
  type JsonObject,
} from '../../../core/index.js';
import type { ParsedConfig } from '../config/parse-config.js';
import { PAGE_ATTRIBUTES, QUERY_ATTRIBUTES, URL_ATTRIBUTES } from '../fields.js';

/** The attributes of an event: its properties but for `globalContext`, as the configuration wants nested values and URLs. */
export class EventAttributes {
  readonly #paths: CopyPaths;
  readonly #copy: typeof copyAttributes;

  constructor(
    private readonly config: Pick<ParsedConfig, 'flattenAttributes' | 'stripUrlQuery'>,
    place: PlanObject,
    except: string,
  ) {
    this.#paths = { from: 'properties', place, to: 'attributes', except };
    this.#copy = config.flattenAttributes ? flattenAttributes : copyAttributes;
  }

  /** @throws InstrumentationError `nested_too_deep` */
  ofTrack({ properties }: Sources, record: Recorder | undefined): Attributes {
    const attributes = properties === undefined ? {} : this.#ofProperties(properties, record);
    this.#recordEmpty(attributes, record);
    return attributes;
  }

  /**
   * The same for a page or screen message: its name and category stand beside the properties, which go before them.
   *
   * @throws InstrumentationError `nested_too_deep`
   */
  ofPage({ message, properties }: Sources, record: Recorder | undefined): Attributes {
    const { place, to } = this.#paths;
    const attributes = properties === undefined ? {} : this.#ofProperties(properties, record);
    for (const name of PAGE_ATTRIBUTES) {
      const raw = message[name];
      if (raw === undefined) continue;
      const value = toEventAttribute(raw, '', name);
      if (value === undefined) {
        record?.dropped(name, reasonUnusable(raw), raw);
      } else if (Object.hasOwn(attributes, name)) {
        record?.passedOver(place, `${to}.${name}`, name, value, raw);
      } else {
        attributes[name] = value;
        record?.wrote(place, `${to}.${name}`, name, value, raw);
      }
    }
    this.#recordEmpty(attributes, record);
    return attributes;
  }

  #ofProperties(properties: JsonObject, record: Recorder | undefined): Attributes {
    const kept = this.config.stripUrlQuery ? withoutQueries(properties, record) : properties;
    return this.#copy(kept, this.#paths, record);
  }

  #recordEmpty(attributes: Attributes, record: Recorder | undefined): void {
    if (record === undefined || Object.keys(attributes).length > 0) return;
    record.wrote(this.#paths.place, this.#paths.to, 'constant', {});
  }
}

/** Query and fragment may hold tokens and e-mail addresses; the properties that are nothing else are left out. */
function withoutQueries(properties: JsonObject, record: Recorder | undefined): JsonObject {
  const { search, initial_search, ...kept } = properties as Record<string, unknown>;
  const dropped = { search, initial_search };
  for (const name of QUERY_ATTRIBUTES) {
    if (Object.hasOwn(properties, name)) record?.dropped(`properties.${name}`, 'stripped', dropped[name]);
  }
  for (const name of URL_ATTRIBUTES) {
    const url = kept[name];
    if (typeof url === 'string') kept[name] = withoutQuery(url);
  }
  return kept;
}

/**
 * A URL up to its query or fragment.
 *
 * @example
 * withoutQuery('https://app.example.com/reset?token=x#top'); // 'https://app.example.com/reset'
 */
export function withoutQuery(url: string): string {
  const end = url.search(/[?#]/);
  return end === -1 ? url : url.slice(0, end);
}
