import { isObject, type JsonObject } from '../../core/index.js';
import { COORDINATES, LOCATION_TEXTS, type FieldType, type Fields, type ObjectModel } from './fields.js';
import type { SubError } from '../http/index.js';

type SimpleType = Exclude<FieldType, 'location' | 'attributes' | { readonly oneOf: readonly string[] }>;

// The range of a JavaScript date. PX cannot notice a value in seconds: it is a date near 1970.
const isEpochMs = (value: unknown) => Number.isInteger(value) && Math.abs(value as number) <= 8.64e15;

const SIMPLE_TYPES: Readonly<Record<SimpleType, { is: (value: unknown) => boolean; due: string }>> = {
  text: { is: (value) => typeof value === 'string', due: 'a string' },
  texts: {
    is: (value) =>
      Array.isArray(value) &&
      value.length > 0 &&
      value.every((item) => typeof item === 'string' && item !== ''),
    due: 'an array of one or more non-empty strings',
  },
  integer: { is: Number.isSafeInteger, due: 'an integer' },
  number: { is: (value) => typeof value === 'number', due: 'a number' },
  textOrNumber: {
    is: (value) => typeof value === 'string' || typeof value === 'number',
    due: 'a string or a number',
  },
  boolean: { is: (value) => typeof value === 'boolean', due: 'a boolean' },
  booleanOrNull: { is: (value) => value === null || typeof value === 'boolean', due: 'a boolean or null' },
  epochMs: { is: isEpochMs, due: 'an integer, milliseconds since 1970' },
};

/**
 * Lists everything in a body that PX would refuse; empty for a valid body. `required` names the fields that
 * must be present: all required fields of the model for a create, the id or none for a change.
 *
 * A field refuses `null` unless its type allows it: what PX does with `null` on users and accounts is
 * undocumented, so nothing may send it. A required text must not be blank. Limits of sizes and counts are not
 * enforced: no document says that PX answers 400 to more.
 */
export function validateBody(
  body: JsonObject,
  model: ObjectModel,
  required: readonly string[] = model.required,
): SubError[] {
  const errors: SubError[] = [];
  const report = (field: string, message: string) => errors.push({ object: model.name, field, message });
  checkFields(body, model.fields, '', report);
  for (const field of required) {
    if (!Object.hasOwn(body, field)) report(field, 'must not be null');
  }
  for (const field of model.required) {
    const value = body[field];
    if (typeof value === 'string' && value.trim() === '') report(field, 'must not be blank');
  }
  return errors;
}

type Report = (field: string, message: string) => void;

function checkFields(values: JsonObject, fields: Fields, prefix: string, report: Report): void {
  for (const [name, value] of Object.entries(values)) {
    const type = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (type === undefined) report(prefix + name, 'unrecognized field');
    else checkField(value, type, prefix + name, report);
  }
}

function checkField(value: unknown, type: FieldType, field: string, report: Report): void {
  if (typeof type === 'object') {
    if (!type.oneOf.includes(value as string)) report(field, `must be one of ${type.oneOf.join(', ')}`);
  } else if (type === 'location') {
    checkLocation(value, field, report);
  } else if (type === 'attributes') {
    checkAttributes(value, field, report);
  } else if (!SIMPLE_TYPES[type].is(value)) {
    report(field, `must be ${SIMPLE_TYPES[type].due}, was ${typeName(value)}`);
  }
}

function checkLocation(value: unknown, field: string, report: Report): void {
  if (!isObject(value)) {
    report(field, `must be an object, was ${typeName(value)}`);
    return;
  }
  const { coordinates, ...texts } = value;
  checkFields(texts, LOCATION_TEXTS, `${field}.`, report);
  if (coordinates === undefined) return;
  if (isObject(coordinates)) checkFields(coordinates, COORDINATES, `${field}.coordinates.`, report);
  else report(`${field}.coordinates`, `must be an object, was ${typeName(coordinates)}`);
}

// Custom attributes, event attributes and the global context hold texts, numbers and booleans; a date is one
// of these.
function checkAttributes(value: unknown, field: string, report: Report): void {
  if (!isObject(value)) {
    report(field, `must be an object, was ${typeName(value)}`);
    return;
  }
  for (const [name, attribute] of Object.entries(value)) {
    if (typeof attribute === 'object') {
      report(`${field}.${name}`, `must be a string, a number or a boolean, was ${typeName(attribute)}`);
    }
  }
}

/** The type of a JSON value, for a message that must not quote the value. */
function typeName(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : `of type ${typeof value}`;
}
