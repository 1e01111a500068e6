import { changesBetween, isObject, type Issue } from '../../core/index.js';
import { CONFIG_KEYS } from '../../destinations/gainsight_px/index.js';

/** PX's REST API keys are UUIDs, its tag keys look like `AP-XXXXXXXXXX-2`. */
const API_KEY = /^\s*[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\s*$/i;
const TAG_KEY = /^\s*AP-[0-9a-z]+(-\d+){1,2}\s*$/i;

/** What the rows of each list hold. */
const ROW_KEYS: Readonly<Partial<Record<(typeof CONFIG_KEYS)[number], readonly string[]>>> = {
  userAttributeMap: ['from', 'to', 'type'],
  accountAttributeMap: ['from', 'to', 'type'],
  globalContextMap: ['from', 'to'],
  userFieldMap: ['from', 'to'],
  accountFieldMap: ['from', 'to'],
  consentPreferences: ['consent', 'preference'],
};

/** Keys that stand in each other's place: PX would refuse every request, or file what it gets under no product. */
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
 * Keys that have no effect, but are almost the name of one that would. Hosts store many keys that are unknown here, so others are not worth
 * a word.
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
    ...misspeltAmong(settings.attributeTypes, ['user', 'account'], 'attributeTypes.'),
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
 * Whether a name is another one misspelt: written in another case or with other separators, or with at most two letters missing, wrong,
 * superfluous or swapped; one in a short name.
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
