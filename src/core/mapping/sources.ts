import { isObject, type JsonObject } from '../json/json-object.js';
import type { RudderMessage } from '../message.js';
import type { Recorder } from './record.js';
import type { SourceRoot } from './table.js';

/** The objects of one message that fields are read from, each looked at once; a root that is absent or no object is `undefined`. */
export interface Sources {
  readonly message: RudderMessage;
  readonly traits: JsonObject | undefined;
  readonly properties: JsonObject | undefined;
  readonly context: JsonObject | undefined;
  readonly contextTraits: JsonObject | undefined;
  readonly page: JsonObject | undefined;
}

/** Finds the roots of a message. What should be an object and is not counts as absent, and is reported. */
export function readSources(message: RudderMessage, record: Recorder | undefined): Sources {
  const context = objectOrAbsent(message.context, 'context', record);
  return {
    message,
    traits: objectOrAbsent(message.traits, 'traits', record),
    properties: objectOrAbsent(message.properties, 'properties', record),
    context,
    contextTraits: context && objectOrAbsent(context.traits, 'context.traits', record),
    page: context && objectOrAbsent(context.page, 'context.page', record),
  };
}

/** The object behind a root's name. */
export function sourceOf(sources: Sources, root: SourceRoot): JsonObject | undefined {
  switch (root) {
    case '':
      return sources.message;
    case 'traits':
      return sources.traits;
    case 'properties':
      return sources.properties;
    case 'context':
      return sources.context;
    case 'context.traits':
      return sources.contextTraits;
    case 'context.page':
      return sources.page;
  }
}

function objectOrAbsent(value: unknown, path: string, record: Recorder | undefined): JsonObject | undefined {
  if (value === undefined) return undefined;
  if (isObject(value)) return value;
  record?.dropped(path, 'notAnObject', value);
  return undefined;
}
