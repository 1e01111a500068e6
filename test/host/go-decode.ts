import { isObject, type JsonObject } from '../../src/core/json/json-object';

/** The part of a Go type that decides whether a JSON value can be decoded into it. */
export type GoType =
  | 'any'
  | 'string'
  | 'int'
  | 'bool'
  | 'time'
  | 'object'
  | 'stringMap'
  | { readonly list: GoType }
  | { readonly struct: Readonly<Record<string, GoType>> };

const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/**
 * Says why Go cannot decode a value into a type; undefined when it can. As in Go, every type accepts `null`,
 * the case of keys does not matter, and unknown keys are skipped.
 */
export function decodeFault(value: unknown, type: GoType, path = '$'): string | undefined {
  if (value === null || value === undefined || type === 'any') return undefined;
  const wrong = `${path} is ${kindOf(value)}, not ${typeof type === 'string' ? type : Object.keys(type)[0]!}`;
  if (typeof type !== 'string') {
    if ('list' in type) {
      if (!Array.isArray(value)) return wrong;
      return first(value.map((item, index) => decodeFault(item, type.list, `${path}[${index}]`)));
    }
    if (!isObject(value)) return wrong;
    return first(
      Object.entries(type.struct).map(([key, inner]) =>
        decodeFault(fieldOf(value, key), inner, `${path}.${key}`),
      ),
    );
  }
  if (type === 'stringMap') {
    if (!isObject(value)) return wrong;
    return first(Object.entries(value).map(([key, text]) => decodeFault(text, 'string', `${path}.${key}`)));
  }
  return fits(value, type) ? undefined : wrong;
}

/** Finds a field of a struct as Go does: by its name, otherwise by its name in another case. */
export function fieldOf(object: JsonObject, name: string): unknown {
  if (Object.hasOwn(object, name)) return object[name];
  const key = Object.keys(object).find((other) => other.toLowerCase() === name.toLowerCase());
  return key === undefined ? undefined : object[key];
}

function fits(value: unknown, type: Exclude<GoType, object | 'any' | 'stringMap'>): boolean {
  if (type === 'string') return typeof value === 'string';
  if (type === 'int') return Number.isInteger(value);
  if (type === 'bool') return typeof value === 'boolean';
  if (type === 'time') return typeof value === 'string' && RFC_3339.test(value);
  return isObject(value);
}

function kindOf(value: unknown): string {
  return Array.isArray(value) ? 'an array' : typeof value;
}

function first(faults: readonly (string | undefined)[]): string | undefined {
  return faults.find((fault) => fault !== undefined);
}
