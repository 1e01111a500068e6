import { isObject, type JsonObject } from '../../../core/index.js';
import { DATA_CENTERS } from '../../../destinations/gainsight_px/index.js';

/** How a value of the configuration is shown and changed. */
export type Control =
  | { readonly kind: 'text' }
  | { readonly kind: 'secret' }
  | { readonly kind: 'choice'; readonly options: readonly string[] }
  | { readonly kind: 'switch' }
  /** A text, a number or a boolean. */
  | { readonly kind: 'scalar' }
  /** An array of objects with the same keys. */
  | { readonly kind: 'rows'; readonly columns: readonly NamedControl[] }
  /** An array of texts. */
  | { readonly kind: 'texts' }
  /** An object with the same kind of value under any names. */
  | { readonly kind: 'names'; readonly value: Control }
  /** An object with known keys. */
  | { readonly kind: 'object'; readonly entries: readonly NamedControl[] }
  /** Whatever has no control of its own: JSON on one line. */
  | { readonly kind: 'json' };

export interface NamedControl {
  readonly key: string;
  readonly control: Control;
  readonly isRequired: boolean;
}

/** A key of the configuration in the form. */
export interface FormField extends NamedControl {
  readonly description: string;
  /** Whether RudderStack's settings page lacks it. */
  readonly isExtension: boolean;
}

const EXTENSION = 'Extension. ';

/** What the schema cannot say of a key. */
const CONTROL_OF: Readonly<Record<string, Control>> = {
  apiKey: { kind: 'secret' },
  dataCenter: { kind: 'choice', options: DATA_CENTERS },
};

/**
 * The fields of a form for a configuration: each key of its JSON Schema, in the order of the schema. A key of a form that is not known here
 * gets a control for JSON, so that none is missing.
 *
 * @param schema `config.schema.json`
 */
export function formFields(schema: JsonObject): FormField[] {
  const properties = propertiesOf(schema);
  return entriesOf(schema, schema).map((entry) => {
    const { description } = properties[entry.key]!;
    const text = typeof description === 'string' ? description : '';
    const isExtension = text.startsWith(EXTENSION);
    return {
      ...entry,
      control: CONTROL_OF[entry.key] ?? entry.control,
      description: isExtension ? text.slice(EXTENSION.length) : text,
      isExtension,
    };
  });
}

function entriesOf(schema: JsonObject, root: JsonObject): NamedControl[] {
  const required = Array.isArray(schema.required) ? (schema.required as unknown[]) : [];
  return Object.entries(propertiesOf(schema)).map(([key, inner]) => ({
    key,
    control: controlOf(inner, root),
    isRequired: required.includes(key),
  }));
}

function controlOf(given: JsonObject, root: JsonObject): Control {
  const schema = resolve(given, root);
  if (Array.isArray(schema.enum)) {
    return { kind: 'choice', options: schema.enum.filter((value) => typeof value === 'string') };
  }
  const types = typesOf(schema);
  if (types.length > 1) {
    const isScalar = types.every((type) => type === 'string' || type === 'number' || type === 'boolean');
    return { kind: isScalar ? 'scalar' : 'json' };
  }
  switch (types[0]) {
    case 'string':
      return { kind: 'text' };
    case 'boolean':
      return { kind: 'switch' };
    case 'array':
      return rowsOf(schema, root);
    case 'object':
      return objectOf(schema, root);
    default:
      return { kind: 'json' };
  }
}

function rowsOf({ items }: JsonObject, root: JsonObject): Control {
  if (!isObject(items)) return { kind: 'json' };
  const element = resolve(items, root);
  if (element.type === 'string') return { kind: 'texts' };
  const columns = entriesOf(element, root);
  return columns.length === 0 ? { kind: 'json' } : { kind: 'rows', columns };
}

function objectOf(schema: JsonObject, root: JsonObject): Control {
  const entries = entriesOf(schema, root);
  if (entries.length > 0) return { kind: 'object', entries };
  const { additionalProperties } = schema;
  return isObject(additionalProperties)
    ? { kind: 'names', value: controlOf(additionalProperties, root) }
    : { kind: 'json' };
}

function propertiesOf({ properties }: JsonObject): Readonly<Record<string, JsonObject>> {
  return isObject(properties) ? (properties as Readonly<Record<string, JsonObject>>) : {};
}

/** The types of a value, without `null`, which means that it is not set. */
function typesOf({ type }: JsonObject): unknown[] {
  return (Array.isArray(type) ? (type as unknown[]) : [type]).filter((name) => name !== 'null');
}

/** Follows `$ref` into the definitions of the schema. */
function resolve(schema: JsonObject, root: JsonObject): JsonObject {
  const { $ref } = schema;
  if (typeof $ref !== 'string') return schema;
  const target = $ref
    .split('/')
    .slice(1)
    .reduce<unknown>((inner, key) => (isObject(inner) ? inner[key] : undefined), root);
  return isObject(target) ? resolve(target, root) : {};
}
