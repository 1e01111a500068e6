import { isDestinationError, isObject, type Issue } from '../../core/index.js';
import {
  explain,
  parseConfig,
  skipReason,
  type DestinationConfig,
  type Explanation,
} from '../../destinations/gainsight_px/index.js';
import type { InspectedInput } from '../data/inspected-input.js';
import { readJson, type JsonFault } from './json/read-json.js';

/** A JSON value, or why a text is not JSON. */
export type Parsed = { readonly value: unknown } | { readonly fault: JsonFault };

/** What the page shows of its input. */
export interface Inspection {
  readonly event: Parsed;
  readonly config: Parsed;
  /** The faults of the configuration, by path. */
  readonly issues: readonly Issue[];
  /** Why the commands and the service skip the message; absent when they do not. */
  readonly skipped?: ReturnType<typeof skipReason>;
  /** Absent where one of the texts is not JSON. */
  readonly explanation?: Explanation;
}

/** Takes the place of the API key, which the page does not need. */
export const NO_KEY = 'no-key-needed-here';

/** Maps the event with the configuration, as far as they can be read. Pure. */
export function inspect({ eventText, configText }: InspectedInput): Inspection {
  const event = parse(eventText);
  const config = parse(configText);
  if ('fault' in config) return { event, config, issues: [] };
  const withKey = withPlaceholder(config.value);
  const issues = issuesOf(withKey);
  if ('fault' in event) return { event, config, issues };
  const explanation = explain(event.value as never, withKey);
  return {
    event,
    config,
    issues,
    skipped: isObject(withKey) ? skipReason(event.value, withKey) : undefined,
    explanation,
  };
}

/** The faults of a configuration, whatever the event is. */
function issuesOf(config: unknown): readonly Issue[] {
  try {
    parseConfig(config);
    return [];
  } catch (thrown) {
    return isDestinationError(thrown) ? (thrown.issues ?? []) : [];
  }
}

/** The configuration with a placeholder where it has no key. Anything but an object is left as it is, for `explain` to refuse. */
export function withPlaceholder(config: unknown): DestinationConfig {
  const given = config as DestinationConfig;
  return isObject(config) && (config.apiKey === undefined || config.apiKey === '')
    ? { ...given, apiKey: NO_KEY }
    : given;
}

function parse(text: string): Parsed {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return readJson(text) as { fault: JsonFault };
  }
}
