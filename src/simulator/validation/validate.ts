import { isObject, type JsonObject } from '../../core/index.js';
import { COORDINATES, LOCATION_TEXTS, type FieldType, type Fields, type ObjectModel } from './fields.js';
import type { SubError } from '../http/reply.js';

type SimpleType = Exclude<FieldType, 'location' | 'attributes' | { readonly oneOf: readonly string[] }>;

// Milliseconds that a date can hold; a value in seconds is a date near 1970, which PX has no means to notice.
const isEpochMs = (value: unknown) => Number.isInteger(value) && Math.abs(value as number) <= 8.64e15;

const SIMPLE_TYPES: Readonly<Record<SimpleType, { is: (value: unknown) => boolean; due: string }>> = {
  text: { is: (value) => typeof value === 'string', due: 'a text' },
  texts: {
    is: (value) =>
      Array.isArray(value) &&
      value.length > 0 &&
      value.every((item) => typeof item === 'string' && item !== ''),
    due: 'an array of at least one text',
  },
  integer: { is: Number.isSafeInteger, due: 'an integer' },
  number: { is: (value) => typeof value === 'number', due: 'a number' },
  textOrNumber: {
    is: (value) => typeof value === 'string' || typeof value === 'number',
    due: 'a text or a number',
  },
  boolean: { is: (value) => typeof value === 'boolean', due: 'a boolean' },
  booleanOrNull: { is: (value) => value === null || typeof value === 'boolean', due: 'a boolean or null' },
  epochMs: { is: isEpochMs, due: 'an integer, milliseconds since 1970' },
};

/**
 * Lists everything in a body that PX would refuse; empty when it is right. `required` names the fields that must be there: the
 * model's for a create, none or the id for a change.
 *
 * A `null` is refused wherever the field does not take one: what PX does with it on users and accounts is undocumented, so
 * nothing may send it. A text that a create needs must not be blank. Limits of sizes and counts are not enforced: that exceeding them gives a
 * 400 is documented nowhere.
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

// For custom attributes, event attributes and the global context alike: text, number or boolean (dates are one of these).
function checkAttributes(value: unknown, field: string, report: Report): void {
  if (!isObject(value)) {
    report(field, `must be an object, was ${typeName(value)}`);
    return;
  }
  for (const [name, attribute] of Object.entries(value)) {
    if (typeof attribute === 'object') {
      report(`${field}.${name}`, `must be a text, a number or a boolean, was ${typeName(attribute)}`);
    }
  }
}

/** The type of a JSON value, for a message: values themselves are not quoted. */
export function typeName(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : `of type ${typeof value}`;
}
