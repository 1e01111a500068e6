import { type Issue, foundText, isObject, isBlank, nearestField } from '../../../core/index.js';
import { validateConfig } from './generated/validate-config.js';
import { ACCOUNT_FIELDS, USER_FIELDS } from '../fields.js';

/** What Ajv says of one fault, as far as it is used here. */
interface SchemaError {
  readonly instancePath: string;
  readonly params: { readonly missingProperty?: string };
}

type Validator = ((value: unknown) => boolean) & { errors?: readonly SchemaError[] | null };

const ATTRIBUTE_TYPE = 'STRING, NUMBER, BOOLEAN or DATE_TIME';

/** What is expected where; `#` stands for the index of a row. */
const EXPECTED: Readonly<Record<string, string>> = {
  '': 'an object',
  apiKey: '1 to 200 printable ASCII characters',
  productTagKey: 'a non-empty string',
  dataCenter: 'US, EU or US2, or an object with the same one of these for every source type',
  userAttributeMap: 'an array of {from, to}',
  accountAttributeMap: 'an array of {from, to}',
  globalContextMap: 'an array of {from, to}',
  'globalContextMap.#.to': 'a string, a number or a boolean',
  globalContextPrecedence: '"replace" or "merge"',
  'userAttributeMap.#.type': ATTRIBUTE_TYPE,
  'accountAttributeMap.#.type': ATTRIBUTE_TYPE,
  missingUserOnGroup: '"create", "fail" or "skip"',
  userFieldMap: 'an array of {from, to}',
  accountFieldMap: 'an array of {from, to}',
  pageEvents: 'true or false',
  nestedAttributes: '"json" or "flatten"',
  attributeTypes: 'an object {user, account, disabled}',
  'attributeTypes.user': 'an object from attribute name to type',
  'attributeTypes.account': 'an object from attribute name to type',
  'attributeTypes.disabled': 'an object {user, account}',
  'attributeTypes.disabled.user': 'an array of attribute names',
  'attributeTypes.disabled.account': 'an array of attribute names',
  'attributeTypes.disabled.user.#': 'the name of an attribute',
  'attributeTypes.disabled.account.#': 'the name of an attribute',
  stripUrlQuery: 'true or false',
  consentPreferences: 'an array of {consent, preference}',
  'consentPreferences.#': 'an object {consent, preference}',
  'consentPreferences.#.preference':
    'one of trackUsage, productUpdates, guidedTours, surveys, onboardingBot, trackEmailAnalytics',
  'consentPreferences.#.consent': 'a non-empty string',
  sendEventId: 'true or false',
  sendIp: 'true or false',
  preferencesApiVersion: '"v1" or "v2"',
};

/** All issues of a configuration at once, one per place, none with a value in it. */
export function configIssues(config: unknown): Issue[] {
  const validate = validateConfig as Validator;
  if (validate(config)) return [];

  const issues = new Map<string, Issue>();
  for (const error of validate.errors ?? []) {
    const keys = keysOf(error);
    const path = keys.join('.');
    if (!issues.has(path))
      issues.set(path, { path, message: `expected ${expectedAt(keys)}, found ${foundAt(config, keys)}` });
  }
  return [...issues.values()];
}

function keysOf({ instancePath, params }: SchemaError): string[] {
  const keys = instancePath.split('/').slice(1).map(unescapePointer);
  if (params.missingProperty !== undefined) keys.push(params.missingProperty);
  // The alternatives of `dataCenter` are one fault, wherever in it they fail.
  return keys[0] === 'dataCenter' ? ['dataCenter'] : keys;
}

/** https://www.rfc-editor.org/rfc/rfc6901#section-4 */
function unescapePointer(token: string): string {
  return token.replaceAll('~1', '/').replaceAll('~0', '~');
}

function expectedAt(keys: readonly string[]): string {
  // The names of attributes are the customer's own, and may look like anything.
  if (keys[0] === 'attributeTypes' && keys[1] !== 'disabled' && keys.length > 2) return ATTRIBUTE_TYPE;
  const place = keys.map((key) => (/^\d+$/.test(key) ? '#' : key)).join('.');
  return EXPECTED[place] ?? (place.endsWith('.#') ? 'an object {from, to}' : 'a string');
}

/** The type of what was found; of a string that is there but wrong, no more than that. */
function foundAt(config: unknown, keys: readonly string[]): string {
  const value = keys.reduce<unknown>(
    (inner, key) =>
      isObject(inner) || Array.isArray(inner) ? (inner as Record<string, unknown>)[key] : undefined,
    config,
  );
  return foundText(value);
}

type Names = readonly [string, ...string[]];

/** What the customer's own rows may name, by the key of their map. */
const TARGETS = {
  userFieldMap: { object: 'a PX user', names: USER_FIELDS.map(({ to }) => to) as unknown as Names },
  accountFieldMap: { object: 'a PX account', names: ACCOUNT_FIELDS.map(({ to }) => to) as unknown as Names },
} as const;

/** The rows of the field maps that name no field of PX; rows that the schema refuses are passed over. */
export function fieldMapIssues(config: unknown): Issue[] {
  if (!isObject(config)) return [];
  return Object.entries(TARGETS).flatMap(([key, { object, names }]) => {
    const rows = config[key];
    if (!Array.isArray(rows)) return [];
    return rows.flatMap((row: unknown, index) => {
      if (!isObject(row) || !isFilled(row.from) || !isFilled(row.to) || names.includes(row.to)) return [];
      const message = `expected a field of ${object}, found another string; the nearest field is ${nearestField(row.to, names)}`;
      return [{ path: `${key}.${index}.to`, message }];
    });
  });
}

/** Whether a side of a row says something. */
export function isFilled(value: unknown): value is string {
  return typeof value === 'string' && !isBlank(value);
}
