import { isObject, isReservedKey } from '../../../core/index.js';
import { ATTRIBUTE_TYPES, type AttributeType } from '../config/config.js';

/** PX's custom attributes of one kind of object. */
export interface PxAttributes {
  /** The enabled ones with their types, sorted by name. */
  readonly types: Readonly<Record<string, AttributeType>>;
  /** The names of enabled ones with a type that is not documented, sorted. */
  readonly untyped: readonly string[];
  /** The names of the disabled ones, sorted. */
  readonly disabled: readonly string[];
  /** The names of the deleted ones, sorted. */
  readonly deleted: readonly string[];
  /** What was passed over, in words. */
  readonly odd: readonly string[];
  /** What the object that holds the list has besides it: with `scrollId` or `totalHits` the list may be one part of a longer one. */
  readonly besides: readonly string[];
}

/** Longer names are cut in texts. */
const LONGEST_SHOWN = 80;

/**
 * Reads PX's answer to `GET /v1/admin/model/{user|account}/attributes`: an array of `{apiName, type, state}` (Gainsight PX API description v0.1.6), or
 * an object that holds one. Entries that are not so are passed over and named. The enabled one counts where several entries have one name, then the
 * disabled one. `undefined` where the answer holds no such list, or a list without one such entry: its form is another one, so it says nothing.
 */
export function readAttributes(answer: unknown): PxAttributes | undefined {
  const list = listIn(answer);
  if (list === undefined) return undefined;
  const { entries, besides } = list;
  const types = new Map<string, AttributeType>();
  const [untyped, disabled, deleted] = [new Set<string>(), new Set<string>(), new Set<string>()];
  const odd = new Set<string>();
  for (const entry of entries) {
    const read = readEntry(entry);
    if (typeof read === 'string') odd.add(read);
    else if (read.state === 'DISABLED') disabled.add(read.apiName);
    else if (read.state === 'DELETED') deleted.add(read.apiName);
    else if (read.type !== undefined) types.set(read.apiName, read.type);
    else {
      untyped.add(read.apiName);
      odd.add(`${shown(read.apiName)}: its type is not one of ${ATTRIBUTE_TYPES.join(', ')}`);
    }
  }
  if (entries.length > 0 && types.size + disabled.size + deleted.size === 0) return undefined;
  const without = (names: Iterable<string>, ...better: readonly { has(name: string): boolean }[]): string[] =>
    [...names].filter((name) => !better.some((others) => others.has(name))).sort(compareNames);
  return {
    types: Object.fromEntries([...types].sort(([a], [b]) => compareNames(a, b))),
    untyped: without(untyped, types),
    disabled: without(disabled, types, untyped),
    deleted: without(deleted, types, untyped, disabled),
    odd: [...odd],
    besides,
  };
}

function shown(name: string): string {
  return JSON.stringify(name.slice(0, LONGEST_SHOWN));
}

/** Compares names by code units: the same in every language. */
export function compareNames(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

interface List {
  readonly entries: readonly unknown[];
  readonly besides: readonly string[];
}

function listIn(answer: unknown): List | undefined {
  if (Array.isArray(answer)) return { entries: answer as unknown[], besides: [] };
  if (!isObject(answer)) return undefined;
  const [name, ...others] = Object.keys(answer).filter((key) => isListOfAttributes(answer[key]));
  if (name === undefined || others.length > 0) return undefined;
  const besides = Object.keys(answer).filter((key) => key !== name);
  return { entries: answer[name] as unknown[], besides: besides.sort(compareNames) };
}

/** An object may hold other lists, of errors for example. */
function isListOfAttributes(value: unknown): boolean {
  return Array.isArray(value) && value.some((entry) => isObject(entry) && typeof entry.apiName === 'string');
}

interface Entry {
  readonly apiName: string;
  /** `undefined`: another one than the documented. */
  readonly type: AttributeType | undefined;
  readonly state: 'ENABLED' | 'DISABLED' | 'DELETED';
}

const STATES = ['ENABLED', 'DISABLED', 'DELETED'] as const;

/** An entry, or what is odd about it. */
function readEntry(entry: unknown): Entry | string {
  if (!isObject(entry)) return 'an entry that is not an object';
  const { apiName, type, state = 'ENABLED' } = entry;
  if (typeof apiName !== 'string' || apiName.trim() === '') return 'an entry without apiName';
  if (isReservedKey(apiName)) return `${shown(apiName)}: a reserved name, which is never sent`;
  const knownState = known(state, STATES);
  if (knownState === undefined) return `${shown(apiName)}: its state is not one of ${STATES.join(', ')}`;
  return { apiName, type: known(type, ATTRIBUTE_TYPES), state: knownState };
}

function known<Name extends string>(value: unknown, names: readonly Name[]): Name | undefined {
  return typeof value === 'string' ? names.find((name) => name === value.toUpperCase()) : undefined;
}
