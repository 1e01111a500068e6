import { deepFreeze } from '../../core/freeze.js';
import { InstrumentationError } from '../../core/errors.js';
import { isObject, typeName } from '../../core/json-object.js';
import { isBlank } from '../../core/mapping/convert.js';
import type { Place, Recorder } from '../../core/mapping/record.js';
import type { Sources } from '../../core/mapping/sources.js';
import type { ParsedConfig } from './config.js';
import { PREFERENCES, type Preference, type Preferences } from './px-objects.js';

/** Where an identify message may carry preferences, in order of precedence. */
export const PREFERENCE_SOURCES = [
  'traits.userPreferences',
  'context.traits.userPreferences',
  'integrations.Gainsight PX.userPreferences',
  'integrations.GAINSIGHT_PX.userPreferences',
] as const;

/** The names of the flags that messages may use: PX's, their snake_case, and the singular of the support article. */
const NAMES: ReadonlyMap<string, Preference> = new Map<string, Preference>([
  ...PREFERENCES.map((name) => [name, name] as const),
  ...PREFERENCES.map(
    (name) => [name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), name] as const,
  ),
  ['productUpdate', 'productUpdates'],
]);

/** What explanations call the flags' destination. */
export const PREFERENCES_PLACE: Place = deepFreeze({ object: 'preferences', steps: ['setPreferences'] });

/** Longer names are cut in error texts. */
const LONGEST_KEY = 40;

const CONSENT_PATH = 'context.consentManagement.deniedConsentIds';

/**
 * The preferences that an identify message sets; `undefined` when it sets none. What it says outright wins over what follows
 * from denied consent.
 *
 * @throws InstrumentationError `preference_unknown`, `preference_invalid`: an opt-out must never be lost in silence.
 */
export function readPreferences(
  sources: Sources,
  config: ParsedConfig,
  record: Recorder | undefined,
): Preferences | undefined {
  const explicit = readExplicit(sources, record);
  const denied =
    config.consentPreferences.length > 0 ? fromDeniedConsent(sources, config, record) : undefined;
  if (explicit === undefined && denied === undefined) return undefined;
  for (const name of Object.keys(denied ?? {})) {
    if (explicit === undefined || !Object.hasOwn(explicit, name))
      record?.wrote(PREFERENCES_PLACE, name, CONSENT_PATH, false);
  }
  return { ...denied, ...explicit };
}

function readExplicit(sources: Sources, record: Recorder | undefined): Preferences | undefined {
  let chosen: Preferences | undefined;
  for (let at = 0; at < PREFERENCE_SOURCES.length; at += 1) {
    const raw = candidate(sources, at);
    if (raw === undefined || raw === null || (typeof raw === 'string' && isBlank(raw))) continue;
    if (chosen === undefined) chosen = parsePreferences(raw, PREFERENCE_SOURCES[at]!, record);
    else record?.dropped(PREFERENCE_SOURCES[at]!, 'shadowed', raw);
  }
  return chosen;
}

/** What stands at one of {@link PREFERENCE_SOURCES}. */
function candidate(sources: Sources, at: number): unknown {
  if (at === 0) return sources.traits?.userPreferences;
  if (at === 1) return sources.contextTraits?.userPreferences;
  const { integrations } = sources.message;
  if (!isObject(integrations)) return undefined;
  const options = integrations[at === 2 ? 'Gainsight PX' : 'GAINSIGHT_PX'];
  return isObject(options) ? options.userPreferences : undefined;
}

/**
 * Parses an object of flags; `undefined` when none of them says true or false.
 *
 * @throws InstrumentationError `preference_unknown`, `preference_invalid`
 */
export function parsePreferences(raw: unknown, path: string, record?: Recorder): Preferences | undefined {
  if (!isObject(raw)) throw invalid(path, `expected an object of preferences, found ${typeName(raw)}`);
  const flags: Partial<Record<Preference, boolean>> = {};
  for (const key of Object.keys(raw)) {
    const name = NAMES.get(key);
    const at = `${path}.${key.slice(0, LONGEST_KEY)}`;
    if (name === undefined) throw unknown(at);
    const flag = parseFlag(raw[key], at);
    if (flag === null) continue;
    if (flags[name] !== undefined && flags[name] !== flag)
      throw invalid(at, `expected the same as ${name} says, found the opposite`);
    flags[name] = flag;
    record?.wrote(PREFERENCES_PLACE, name, at, flag);
  }
  return Object.keys(flags).length === 0 ? undefined : flags;
}

/** True, false, or null for "no change". */
function parseFlag(raw: unknown, path: string): boolean | null {
  if (raw === undefined) return null;
  const value = typeof raw === 'string' ? raw.toLowerCase() : raw;
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  if (value === null || value === 'null') return null;
  throw invalid(
    path,
    `expected true, false or null, found ${typeof raw === 'string' ? 'another string' : typeName(raw)}`,
  );
}

function fromDeniedConsent(
  sources: Sources,
  config: ParsedConfig,
  record: Recorder | undefined,
): Preferences | undefined {
  const management = sources.context?.consentManagement;
  const raw = isObject(management) ? management.deniedConsentIds : undefined;
  if (raw === undefined || raw === null) return undefined;
  if (!Array.isArray(raw)) {
    record?.dropped(CONSENT_PATH, 'unconvertible', raw);
    return undefined;
  }
  const off = config.consentPreferences.filter(({ consent }) => raw.includes(consent));
  return off.length === 0 ? undefined : Object.fromEntries(off.map(({ preference }) => [preference, false]));
}

function unknown(path: string): InstrumentationError {
  const message = `${path} is no preference of PX`;
  return new InstrumentationError(
    'preference_unknown',
    `${message}: expected one of ${PREFERENCES.join(', ')}`,
    {
      faults: [{ path, message: `expected one of ${PREFERENCES.join(', ')}` }],
    },
  );
}

function invalid(path: string, message: string): InstrumentationError {
  return new InstrumentationError('preference_invalid', `${path}: ${message}`, {
    faults: [{ path, message }],
  });
}
