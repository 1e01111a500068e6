import {
  deepFreeze,
  InstrumentationError,
  foundText,
  isObject,
  typeName,
  CONVERTERS,
  type PlanObject,
  type Recorder,
} from '../../../core/index.js';
import { PREFERENCES, type Preference, type Preferences } from '../px-objects.js';

/** The names of the flags that messages may use: PX's, their snake_case, and the singular of the support article. */
const NAMES: ReadonlyMap<string, Preference> = new Map<string, Preference>([
  ...PREFERENCES.map((name) => [name, name] as const),
  ...PREFERENCES.map(
    (name) => [name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), name] as const,
  ),
  ['productUpdate', 'productUpdates'],
]);

/** What explanations call the flags' destination. */
export const PREFERENCES_OBJECT: PlanObject = deepFreeze({
  object: 'preferences',
  steps: ['setPreferences'],
});

/** Longer names are cut in error texts. */
const LONGEST_KEY = 40;

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
    record?.wrote(PREFERENCES_OBJECT, name, at, flag);
  }
  return Object.keys(flags).length === 0 ? undefined : flags;
}

/** True, false, or null for "no change". */
function parseFlag(raw: unknown, path: string): boolean | null {
  if (raw === undefined || raw === null) return null;
  const flag = CONVERTERS.boolean(raw);
  if (flag !== undefined) return flag;
  if (typeof raw === 'string' && raw.toLowerCase() === 'null') return null;
  throw invalid(path, `expected true, false or null, found ${foundText(raw)}`);
}

function unknown(path: string): InstrumentationError {
  const message = `${path} is not a preference of PX`;
  return new InstrumentationError(
    'preference_unknown',
    `${message}: expected one of ${PREFERENCES.join(', ')}`,
    {
      issues: [{ path, message: `expected one of ${PREFERENCES.join(', ')}` }],
    },
  );
}

function invalid(path: string, message: string): InstrumentationError {
  return new InstrumentationError('preference_invalid', `${path}: ${message}`, {
    issues: [{ path, message }],
  });
}
