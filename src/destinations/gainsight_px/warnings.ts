import type { RequestBody } from '../../core/request.js';
import type { RequestPlan } from '../../core/plan.js';
import type { MappedObject } from '../../core/mapping/record.js';
import type { ExplainedField } from './explain.js';

export type WarningCode =
  | 'too_many_attributes'
  | 'attribute_name_too_long'
  | 'attribute_names_differ_by_case'
  | 'event_name_too_long'
  | 'read_only_field';

/** Something that PX is known to refuse or to mangle. */
export interface Warning {
  readonly code: WarningCode;
  /** The PX field that it is about. */
  readonly field: string;
  readonly message: string;
}

/** Limits of custom events (support article on custom events). */
const MAX_ATTRIBUTES = 50;
const MAX_ATTRIBUTE_NAME = 1024;
const MAX_EVENT_NAME = 2000;

/** Fields that the API description v0.1.6 calls read-only; PX takes them in practice. */
const READ_ONLY: Readonly<Partial<Record<MappedObject, readonly string[]>>> = {
  user: ['lastSeenDate', 'createDate', 'numberOfVisits'],
  account: ['numberOfUsers', 'createDate', 'lastModifiedDate'],
};

/** What is to be said of a plan before it is sent. */
export function warnings(plan: RequestPlan, fields: readonly ExplainedField[]): Warning[] {
  const readOnly = fields
    .filter(({ object, to, from }) => READ_ONLY[object]?.includes(to) && !from.startsWith('default: '))
    .map(({ object, to }): Warning => ({
      code: 'read_only_field',
      field: to,
      message: `PX declares ${to} of ${object === 'user' ? 'a user' : 'an account'} read-only`,
    }));
  return [...plan.steps.flatMap((step) => eventWarnings(step.request.body ?? {})), ...readOnly];
}

function eventWarnings(body: RequestBody): Warning[] {
  const { eventName, attributes } = body;
  const found: Warning[] = [];
  if (typeof eventName === 'string' && eventName.length > MAX_EVENT_NAME) {
    const message = `the event name has ${eventName.length} characters; PX takes ${MAX_EVENT_NAME}`;
    found.push({ code: 'event_name_too_long', field: 'eventName', message });
  }
  return attributes === undefined ? found : [...found, ...attributeWarnings(Object.keys(attributes))];
}

function attributeWarnings(names: readonly string[]): Warning[] {
  const found: Warning[] = [];
  if (names.length > MAX_ATTRIBUTES) {
    const message = `${names.length} attributes; PX takes ${MAX_ATTRIBUTES} on an event`;
    found.push({ code: 'too_many_attributes', field: 'attributes', message });
  }
  const byFolded = new Map<string, string>();
  for (const name of names) {
    if (name.length > MAX_ATTRIBUTE_NAME) {
      const message = `an attribute name has ${name.length} characters; PX takes ${MAX_ATTRIBUTE_NAME}`;
      found.push({ code: 'attribute_name_too_long', field: `attributes.${name.slice(0, 40)}…`, message });
      // Not compared with others: maps of long texts take time in the square of their number.
      continue;
    }
    const twin = byFolded.get(name.toLowerCase());
    byFolded.set(name.toLowerCase(), name);
    if (twin === undefined) continue;
    const message = `the attributes ${JSON.stringify(twin)} and ${JSON.stringify(name)} differ by case only; PX takes them for one`;
    found.push({ code: 'attribute_names_differ_by_case', field: `attributes.${name}`, message });
  }
  return found;
}
