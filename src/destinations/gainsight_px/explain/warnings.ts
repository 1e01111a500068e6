import type { RequestBody, RequestPlan, MappedObject } from '../../../core/index.js';
import { judgeAttribute } from '../attributes/judge-attribute.js';
import type { ParsedConfig } from '../config/parse-config.js';
import type { ExplainedField, Warning } from './explanation.js';
import type { JunkId, Recording } from './recording.js';

/** Limits of custom events (support article on custom events). */
const MAX_ATTRIBUTES = 50;
const MAX_ATTRIBUTE_NAME = 1024;
const MAX_EVENT_NAME = 2000;

/** Fields that the API description v0.1.6 calls read-only; PX takes them in practice. */
const READ_ONLY: Readonly<Partial<Record<MappedObject, readonly string[]>>> = {
  user: ['lastSeenDate', 'createDate', 'numberOfVisits'],
  account: ['numberOfUsers', 'createDate', 'lastModifiedDate'],
};

/** The parts of a body whose names are not PX's own. */
const FREE_FORM = ['attributes.', 'customAttributes.', 'globalContext.'];
const CUSTOM_ATTRIBUTE = 'customAttributes.';

/** What is to be said of a plan before it is sent. */
export function warnings(plan: RequestPlan, recording: Recording, config: ParsedConfig): Warning[] {
  const { fields, junkIds } = recording;
  return [
    ...plan.steps.flatMap((step) => eventWarnings(step.request.body ?? {})),
    ...fields.filter((field) => isReadOnly(field, config)).map(readOnlyWarning),
    ...recording.inexactFields.filter(isFreeForm).map(inexactWarning),
    ...fields.flatMap((field) => attributeWarning(field, config)),
    ...junkIdWarnings(junkIds),
  ];
}

export function junkIdWarnings(junkIds: readonly JunkId[]): Warning[] {
  return junkIds.map(({ path, field }) => ({
    code: 'junk_id',
    field,
    message: `${path} holds a placeholder (undefined, null, NaN, [object Object] or the nil UUID) and is passed over as an id`,
  }));
}

/** Only where the message or a row names the field itself: what a standard trait or the event's time fills in was not asked for. */
function isReadOnly({ object, to, from }: ExplainedField, config: ParsedConfig): boolean {
  if (READ_ONLY[object]?.includes(to) !== true) return false;
  const rows = object === 'user' ? config.userFields : config.accountFields;
  const names = [to, ...rows.filter((row) => row.to === to).map((row) => row.from)];
  return names.some((name) => from === `traits.${name}` || from === `context.traits.${name}`);
}

function readOnlyWarning({ object, to }: ExplainedField): Warning {
  const owner = object === 'user' ? 'a user' : 'an account';
  return { code: 'read_only_field', field: to, message: `PX declares ${to} of ${owner} read-only` };
}

function isFreeForm({ to }: ExplainedField): boolean {
  return FREE_FORM.some((prefix) => to.startsWith(prefix));
}

function inexactWarning({ to, from }: ExplainedField): Warning {
  const message = `${from} holds a number beyond 2^53, which JSON readers round; send it as a string where every digit counts`;
  return { code: 'number_not_exact', field: to, message };
}

/** A custom attribute that PX does not have, or has disabled, as far as `attributeTypes` says so. */
function attributeWarning({ object, to }: ExplainedField, { knownAttributes }: ParsedConfig): Warning[] {
  if ((object !== 'user' && object !== 'account') || !to.startsWith(CUSTOM_ATTRIBUTE)) return [];
  const finding = judgeAttribute(
    to.slice(CUSTOM_ATTRIBUTE.length),
    knownAttributes[object],
    'attributeTypes',
  );
  if (finding === undefined) return [];
  const { code, found, advice } = finding;
  return [{ code, field: to, message: `${found}; ${advice}` }];
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
