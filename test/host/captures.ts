import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { JsonObject } from '../../src/core/json/json-object';

/**
 * A request that a real host sent (RudderStack rudder-server f2655fbb, just after v1.83.0), trimmed to a few
 * events. Key, tag key and names are examples.
 */
export interface Capture {
  /** `POST /routerTransform HTTP/1.1` */
  readonly first: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export function readCapture(name: string): Capture {
  const file = path.join(__dirname, 'captures', `${name}.json`);
  return (JSON.parse(readFileSync(file, 'utf8')) as { request: Capture }).request;
}

/** One event of a captured transform request. */
export interface CapturedInput {
  readonly message: JsonObject;
  readonly metadata: JsonObject & { readonly jobId: number };
}

/** The body of a captured transform request. */
export interface CapturedTransform {
  readonly input: readonly CapturedInput[];
  readonly destinations: Readonly<Record<string, JsonObject>>;
}

/**
 * Compares the form of two JSON values: a key that only one of them has, another type, another length of a
 * list. `null` is its own type.
 *
 * @returns one line for each difference, with its path; empty when both have the same form
 */
export function differencesOfForm(captured: unknown, sent: unknown, at = '$'): string[] {
  const types = [formOf(captured), formOf(sent)] as const;
  if (types[0] !== types[1]) return [`${at}: the real host sends ${types[0]}, the simulated one ${types[1]}`];
  if (captured === null || typeof captured !== 'object') return [];
  const [expected, found] = [captured as JsonObject, sent as JsonObject];
  const keys = [...new Set([...Object.keys(expected), ...Object.keys(found)])];
  return keys.flatMap((key) => {
    if (!Object.hasOwn(found, key)) return [`${at}.${key}: only the real host sends it`];
    if (!Object.hasOwn(expected, key)) return [`${at}.${key}: only the simulated host sends it`];
    return differencesOfForm(expected[key], found[key], `${at}.${key}`);
  });
}

function formOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : typeof value;
}
