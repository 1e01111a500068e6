import {
  isObject,
  type JsonObject,
  isBlank,
  type FieldRow,
  CONVERTERS,
  type Recorder,
  type Sources,
} from '../../../core/index.js';
import type { ParsedConfig } from '../config/parse-config.js';
import { INTEGRATION_NAMES } from '../skip-reason.js';
import { parsePreferences, PREFERENCES_OBJECT } from './preferences.js';
import { PREFERENCES, type Preference, type Preferences } from '../px-objects.js';

const FOLDED_NAMES = INTEGRATION_NAMES.map((name) => name.toLowerCase());

const KEY = 'userPreferences';
const CONSENT_PATH = 'context.consentManagement.deniedConsentIds';

/** Where an identify message may carry an object of preferences, in order of precedence. */
export const PREFERENCE_SOURCES = [
  `traits.${KEY}`,
  `context.traits.${KEY}`,
  ...INTEGRATION_NAMES.map((name) => `integrations.${name}.${KEY}`),
] as const;

/** The preferences that a message may carry as traits of the same name: those that no row of the customer's takes. */
export function flatPreferences(rows: readonly FieldRow[]): Preference[] {
  return PREFERENCES.filter((name) => !rows.some(({ from }) => from === name));
}

type Flags = Partial<Record<Preference, boolean>>;

/** Reads the preferences that an identify message sets. */
export class PreferenceReader {
  constructor(
    private readonly consentPreferences: ParsedConfig['consentPreferences'],
    private readonly flatNames: readonly Preference[],
  ) {}

  /**
   * `undefined` when the message sets none. Flag by flag, what it says as an object wins over what follows from denied consent, and
   * that over a trait with the name of the flag.
   *
   * @param hasFlat whether there is such a trait
   * @throws InstrumentationError `preference_unknown`, `preference_invalid`: an opt-out must never be lost in silence.
   */
  read(sources: Sources, hasFlat: boolean, record: Recorder | undefined): Preferences | undefined {
    const explicit = readExplicit(sources, record);
    if (explicit === undefined && this.consentPreferences.length === 0 && !hasFlat) return undefined;
    const flags: Flags = { ...explicit };
    if (this.consentPreferences.length > 0) this.#addDenied(flags, sources, record);
    if (hasFlat) this.#addFlat(flags, sources, record);
    return Object.keys(flags).length === 0 ? undefined : flags;
  }

  #addDenied(flags: Flags, sources: Sources, record: Recorder | undefined): void {
    const management = sources.context?.consentManagement;
    const raw = isObject(management) ? management.deniedConsentIds : undefined;
    if (raw === undefined || raw === null) return;
    if (!Array.isArray(raw)) {
      record?.dropped(CONSENT_PATH, 'unconvertible', raw);
      return;
    }
    for (const { consent, preference } of this.consentPreferences) {
      if (raw.includes(consent)) addFlag(flags, preference, false, CONSENT_PATH, raw, record);
    }
  }

  /** PX shows the flags as attributes of the user, so people send them as traits. */
  #addFlat(flags: Flags, { traits, contextTraits }: Sources, record: Recorder | undefined): void {
    for (const name of this.flatNames) {
      addTrait(flags, name, traits, `traits.${name}`, record);
      addTrait(flags, name, contextTraits, `context.traits.${name}`, record);
    }
  }
}

/** A trait may be a count (`surveys`), so only what is plainly true or false is a preference. */
function addTrait(
  flags: Flags,
  name: Preference,
  traits: JsonObject | undefined,
  path: string,
  record: Recorder | undefined,
): void {
  if (traits === undefined || !Object.hasOwn(traits, name)) return;
  const raw = traits[name];
  if (raw === undefined) return;
  const flag = CONVERTERS.trueOrFalse(raw);
  if (flag === undefined) record?.dropped(path, 'preferenceNotBoolean', raw);
  else addFlag(flags, name, flag, path, raw, record);
}

/** Adds a flag that no source of higher precedence decided. */
function addFlag(
  flags: Flags,
  name: Preference,
  flag: boolean,
  path: string,
  raw: unknown,
  record: Recorder | undefined,
): void {
  if (flags[name] !== undefined) {
    record?.passedOver(PREFERENCES_OBJECT, name, path, flag, raw);
    return;
  }
  flags[name] = flag;
  record?.wrote(PREFERENCES_OBJECT, name, path, flag, raw);
}

function readExplicit(sources: Sources, record: Recorder | undefined): Preferences | undefined {
  let chosen: Preferences | undefined;
  const consider = (raw: unknown, path: string): void => {
    if (raw === undefined) return;
    if (raw === null || (typeof raw === 'string' && isBlank(raw))) record?.dropped(path, 'empty', raw);
    else if (chosen === undefined) chosen = parsePreferences(raw, path, record);
    else record?.dropped(path, 'shadowed', raw);
  };
  consider(sources.traits?.[KEY], `traits.${KEY}`);
  consider(sources.contextTraits?.[KEY], `context.traits.${KEY}`);
  const { integrations } = sources.message;
  if (!isObject(integrations)) return chosen;
  const names = Object.keys(integrations);
  for (const folded of FOLDED_NAMES) {
    for (const name of names) {
      if (name.length !== folded.length || name.toLowerCase() !== folded) continue;
      const options = integrations[name];
      if (isObject(options)) consider(options[KEY], `integrations.${name}.${KEY}`);
    }
  }
  return chosen;
}
