import { changesBetween, isObject, type Issue } from '../../core/index.js';
import { CONFIG_KEYS } from '../../destinations/gainsight_px/index.js';

/** PX's REST API keys are UUIDs, its tag keys look like `AP-XXXXXXXXXX-2`. */
const API_KEY = /^\s*[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\s*$/i;
const TAG_KEY = /^\s*AP-[0-9a-z]+(-\d+){1,2}\s*$/i;

/** The known keys in the rows of each list. */
const ROW_KEYS: Readonly<Partial<Record<(typeof CONFIG_KEYS)[number], readonly string[]>>> = {
  userAttributeMap: ['from', 'to', 'type'],
  accountAttributeMap: ['from', 'to', 'type'],
  globalContextMap: ['from', 'to'],
  userFieldMap: ['from', 'to'],
  accountFieldMap: ['from', 'to'],
  consentPreferences: ['consent', 'preference'],
};

/**
 * Finds an API key and a tag key in the wrong place: PX would refuse every request, or assign the data to no
 * product.
 */
export function swappedKeys(settings: unknown): Issue[] {
  if (!isObject(settings)) return [];
  const { apiKey, productTagKey } = settings;
  const issues: Issue[] = [];
  if (typeof apiKey === 'string' && TAG_KEY.test(apiKey)) {
    issues.push({
      path: 'apiKey',
      message:
        'expected a REST API key, found what looks like a product tag key (AP-…): is it in the wrong place?',
    });
  }
  if (typeof productTagKey === 'string' && API_KEY.test(productTagKey)) {
    issues.push({
      path: 'productTagKey',
      message:
        'expected a tag key (AP-XXXXXXXXXX-2), found what looks like a REST API key: is it in the wrong place?',
    });
  }
  return issues;
}

/**
 * Finds keys that have no effect and are almost the name of a known key. Other unknown keys give no warning,
 * because hosts store many.
 */
export function misspeltKeys(settings: unknown): Issue[] {
  if (!isObject(settings)) return [];
  return [
    ...misspeltAmong(settings, CONFIG_KEYS, ''),
    ...Object.entries(ROW_KEYS).flatMap(([map, known]) => {
      const rows = settings[map];
      if (!Array.isArray(rows)) return [];
      return rows.flatMap((row: unknown, index) => misspeltAmong(row, known, `${map}.${index}.`));
    }),
    ...misspeltInTypes(settings.attributeTypes),
  ];
}

function misspeltInTypes(types: unknown): Issue[] {
  const disabled = isObject(types) ? types.disabled : undefined;
  return [
    ...misspeltAmong(types, ['user', 'account', 'disabled'], 'attributeTypes.'),
    ...misspeltAmong(disabled, ['user', 'account'], 'attributeTypes.disabled.'),
  ];
}

function misspeltAmong(value: unknown, known: readonly string[], prefix: string): Issue[] {
  if (!isObject(value)) return [];
  return Object.keys(value)
    .filter((key) => !known.includes(key))
    .flatMap((key) => {
      const meant = known.find((candidate) => !Object.hasOwn(value, candidate) && isNearMiss(key, candidate));
      return meant === undefined
        ? []
        : [{ path: `${prefix}${key}`, message: `has no effect: did you mean ${meant}?` }];
    });
}

/**
 * Whether `name` is `meant` with a typing error: another case, other separators, or at most two letters (one
 * in a short name) that are missing, wrong, extra or swapped.
 *
 * @example
 * isNearMiss('api_key', 'apiKey'); // true
 * isNearMiss('userAtributeMap', 'userAttributeMap'); // true
 */
function isNearMiss(name: string, meant: string): boolean {
  const [a, b] = [bare(name), bare(meant)];
  const most = b.length > SHORT ? 2 : 1;
  return Math.abs(a.length - b.length) <= most && changesBetween(a, b) <= most;
}

const SHORT = 6;

const bare = (name: string): string => name.toLowerCase().replaceAll(/[\s_.-]/g, '');
