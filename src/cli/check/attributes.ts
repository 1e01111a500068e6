import { isReservedKey } from '../../core/index.js';
import {
  judgeAttribute,
  typedRows,
  type DestinationConfig,
  type PxAttributes,
  type TypedRow,
} from '../../destinations/gainsight_px/index.js';
import type { Answer } from './ask.js';
import { COMPARE_BY_HAND, partText } from './attribute-types.js';
import type { AttributeCode, Check, CheckedAttribute } from './report.js';

type Model = CheckedAttribute['object'];

/** The map with the rows of each kind of object. */
export const ATTRIBUTE_MAPS = { user: 'userAttributeMap', account: 'accountAttributeMap' } as const;
const NAMES = { user: 'userAttributes', account: 'accountAttributes' } as const;

const PULL = 'run gainsight-px attributes pull --save';

/** The codes of attributes that the list does not hold. */
const NOT_LISTED: ReadonlySet<AttributeCode> = new Set<AttributeCode>([
  'attribute_unknown',
  'attribute_differs_by_case',
]);

/** More are not listed in one row. */
const MOST_LISTED = 5;

/** Holds each row of an attribute map against PX. */
export function checkAttributes(
  object: Model,
  config: DestinationConfig,
  attributes: PxAttributes,
): CheckedAttribute[] {
  const rows = typedRows(config[ATTRIBUTE_MAPS[object]], config.attributeTypes?.[object]);
  return rows.map((row) => {
    const { from, to, type } = row;
    const named = { object, from, to, ...(type === undefined ? {} : { convertedTo: type }) };
    return { ...named, ...judgeRow(row, attributes) };
  });
}

type Judgement = Omit<CheckedAttribute, 'object' | 'from' | 'to' | 'convertedTo'>;

function judgeRow({ to, type: convertedTo, isListed }: TypedRow, attributes: PxAttributes): Judgement {
  const { types, untyped, disabled, deleted } = attributes;
  if (isReservedKey(to)) {
    const found = 'a reserved name, which is never sent';
    return { code: 'attribute_reserved', result: 'failed', found, todo: 'rename the attribute in PX' };
  }
  if (untyped.includes(to)) {
    const found = 'enabled, with a type that is not documented';
    return { code: 'attribute_type_other', result: 'warning', found, todo: 'look in PX what it takes' };
  }
  const finding = judgeAttribute(to, { types, disabled }, 'PX');
  if (finding !== undefined) {
    const { code, advice, meant } = finding;
    const near = meant === undefined ? {} : { meant };
    const found = deleted.includes(to) ? `${finding.found}: it was deleted` : finding.found;
    const part = code === 'attribute_disabled' ? undefined : partText(attributes);
    return part === undefined
      ? { code, result: 'failed', found, todo: advice, ...near }
      : {
          code,
          result: 'warning',
          found: `${found}. ${part}`,
          todo: `compare it with PX by hand: ${advice}`,
          ...near,
        };
  }
  const type = types[to]!;
  if (convertedTo === type || (convertedTo === undefined && type === 'STRING'))
    return { code: 'attribute_known', result: 'ok', found: 'enabled', type };
  if (convertedTo === undefined) {
    const found = `PX holds ${type}, and values are sent as they come`;
    const todo = `${PULL}, or give the row this type`;
    return { code: 'attribute_type_unset', result: 'warning', found, todo, type };
  }
  const found = `PX holds ${type}, but values are converted to ${convertedTo}`;
  const todo = isListed === true ? PULL : `give the row the type ${type}, or none and ${PULL}`;
  return { code: 'attribute_type_differs', result: 'failed', found, todo, type };
}

/**
 * One row for all attributes of a map.
 *
 * @param checked `undefined` where PX's list is not known
 */
export function summarizeAttributes(
  object: Model,
  checked: readonly CheckedAttribute[] | undefined,
  answer: Answer,
): Check {
  const name = NAMES[object];
  if (checked === undefined) {
    const isOdd = answer.is === 'answered';
    const found = isOdd
      ? "PX's answer holds no list of attributes"
      : `the attributes of ${object}s were not read`;
    const todo = isOdd ? COMPARE_BY_HAND : 'see the rows above';
    return { name, result: 'notChecked', code: 'not_checked', found, todo };
  }
  if (checked.length === 0) {
    return {
      name,
      result: 'ok',
      code: 'attributes_known',
      found: `${ATTRIBUTE_MAPS[object]} has no filled row`,
    };
  }
  const failed = checked.filter(({ result }) => result === 'failed');
  if (failed.length > 0) {
    const found = `${failed.length} of ${rowsText(checked)} cannot work: ${namesText(failed)}`;
    return { name, result: 'failed', code: 'attributes_wrong', found, todo: todoOf(failed) };
  }
  const unlisted = checked.filter(({ result, code }) => result === 'warning' && NOT_LISTED.has(code));
  if (unlisted.length > 0) {
    const found = `PX does not list the attributes of ${unlisted.length} of ${rowsText(checked)}: ${namesText(unlisted)}`;
    return { name, result: 'warning', code: 'attributes_not_listed', found, todo: todoOf(unlisted) };
  }
  const untyped = checked.filter(({ result }) => result === 'warning');
  if (untyped.length > 0) {
    const found = `${untyped.length} of ${rowsText(checked)} may be refused for the type: ${namesText(untyped)}`;
    return { name, result: 'warning', code: 'attributes_untyped', found, todo: todoOf(untyped) };
  }
  const found =
    checked.length === 1
      ? 'the attribute of the row is enabled'
      : `the attributes of all ${rowsText(checked)} are enabled`;
  return { name, result: 'ok', code: 'attributes_known', found };
}

function rowsText({ length }: readonly unknown[]): string {
  return length === 1 ? '1 row' : `${length} rows`;
}

function namesText(attributes: readonly CheckedAttribute[]): string {
  const names = attributes.slice(0, MOST_LISTED).map(({ to }) => JSON.stringify(to));
  const more = attributes.length - names.length;
  return names.join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function todoOf([first, ...others]: readonly CheckedAttribute[]): string {
  return first?.todo !== undefined && others.length === 0 ? first.todo : 'see each attribute below';
}
