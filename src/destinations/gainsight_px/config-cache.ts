import { isObject } from '../../core/json-object.js';
import { CONFIG_KEYS } from './config.js';

interface Cached<T> {
  readonly content: Readonly<Record<string, unknown>>;
  readonly value: T;
}

/** Configurations per API key that are remembered: one key is rarely used with more. */
const VARIANTS = 4;

/**
 * Remembers what was made of a configuration, by the content of the keys that are read.
 *
 * Hosts parse a fresh configuration object for every request, so identity would never match; and the same object may be changed
 * between two calls, so identity must not be trusted. Bounded: the API keys used longest ago are forgotten first.
 */
export class ConfigCache<T> {
  readonly #byKey = new Map<string, Cached<T>[]>();

  constructor(
    private readonly make: (config: unknown) => T,
    private readonly maxKeys: number,
  ) {}

  /** What `make` gives for this configuration, made now or before. What it throws is not remembered. */
  get(config: unknown): T {
    const apiKey = isObject(config) ? config.apiKey : undefined;
    if (typeof apiKey !== 'string') return this.make(config);

    const variants = this.#byKey.get(apiKey);
    const hit = variants?.find(({ content }) => sameContent(config as Record<string, unknown>, content));
    if (hit !== undefined) return hit.value;

    const value = this.make(config);
    this.#remember(apiKey, variants ?? [], {
      content: copyContent(config as Record<string, unknown>),
      value,
    });
    return value;
  }

  /** How many configurations are remembered. */
  get size(): number {
    let size = 0;
    for (const variants of this.#byKey.values()) size += variants.length;
    return size;
  }

  #remember(apiKey: string, variants: readonly Cached<T>[], newest: Cached<T>): void {
    this.#byKey.delete(apiKey);
    this.#byKey.set(apiKey, [newest, ...variants].slice(0, VARIANTS));
    if (this.#byKey.size > this.maxKeys) {
      const oldest = this.#byKey.keys().next().value;
      if (oldest !== undefined) this.#byKey.delete(oldest);
    }
  }
}

function sameContent(
  config: Readonly<Record<string, unknown>>,
  content: Readonly<Record<string, unknown>>,
): boolean {
  for (const key of CONFIG_KEYS) {
    const a = config[key];
    const b = content[key];
    if (a !== b && !sameJson(a, b)) return false;
  }
  return true;
}

function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const left = a as Record<string, unknown>;
  const right = b as Record<string, unknown>;
  let keys = 0;
  for (const key in left) {
    if (!Object.hasOwn(right, key) || !sameJson(left[key], right[key])) return false;
    keys += 1;
  }
  for (const _ in right) keys -= 1;
  return keys === 0;
}

function copyContent(config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(CONFIG_KEYS.map((key) => [key, copyJson(config[key])]));
}

function copyJson(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyJson);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copyJson(inner)]));
}
