import { nearestName } from '../../../core/index.js';
import type { TypesByName } from '../config/config.js';
import type { WarningCode } from '../explain/explanation.js';

/** What is known of PX's custom attributes of one kind of object. Names are case-sensitive. */
export interface KnownAttributes {
  /** The enabled ones, with their types; `undefined` where nobody says which there are. */
  readonly types: TypesByName | undefined;
  /** The names of the disabled ones. */
  readonly disabled: readonly string[];
}

/** Why PX does not keep what is sent to a custom attribute. */
export type AttributeFault = Extract<
  WarningCode,
  'attribute_unknown' | 'attribute_disabled' | 'attribute_differs_by_case'
>;

/** What is wrong with the name of a custom attribute. */
export interface AttributeFinding {
  readonly code: AttributeFault;
  /** What the list has, in words. */
  readonly found: string;
  /** What to do, in words. */
  readonly advice: string;
  /** The enabled attribute that the name most likely means; absent where none is near. */
  readonly meant?: string;
}

/** The time to compare names grows with the square of their length. */
const LONGEST_COMPARED = 200;

/**
 * Judges the API name of a custom attribute; `undefined` where it is listed as enabled, or where nobody knows.
 *
 * @param lister whose list it is: `attributeTypes` may lack an attribute that PX has, one of a type that is not documented for example
 * @example
 * judgeAttribute('Plan', { types: { plan: 'STRING' }, disabled: [] }, 'PX')?.code; // 'attribute_differs_by_case'
 */
export function judgeAttribute(
  name: string,
  { types, disabled }: KnownAttributes,
  lister: 'PX' | 'attributeTypes',
): AttributeFinding | undefined {
  if (types !== undefined && Object.hasOwn(types, name)) return undefined;
  const shown = JSON.stringify(name);
  if (disabled.includes(name)) {
    return {
      code: 'attribute_disabled',
      found: `${lister} lists the attribute ${shown} as disabled`,
      advice: 'enable it in PX, or remove the row',
    };
  }
  if (types === undefined) return undefined;

  const twin = Object.keys(types).find((known) => isTwin(known, name));
  if (twin !== undefined) {
    const meant = JSON.stringify(twin);
    return {
      code: 'attribute_differs_by_case',
      found: `${lister} lists no attribute ${shown}, but ${meant}: names are case-sensitive`,
      advice: `write ${meant} in the row`,
      meant: twin,
    };
  }
  const found = `${lister} lists no enabled attribute ${shown}`;
  return unknownAttribute(name, found, types, disabled);
}

function unknownAttribute(
  name: string,
  found: string,
  types: TypesByName,
  disabled: readonly string[],
): AttributeFinding {
  const advice = 'create it in PX if it is not there, or correct the row';
  const code = 'attribute_unknown';
  const disabledTwin = disabled.find((known) => isTwin(known, name));
  if (disabledTwin !== undefined)
    return { code, found: `${found}, but ${JSON.stringify(disabledTwin)} as disabled`, advice };
  const meant = nearestOf(name, Object.keys(types));
  return meant === undefined
    ? { code, found, advice }
    : { code, found: `${found}; the nearest one is ${JSON.stringify(meant)}`, advice, meant };
}

function isTwin(known: string, name: string): boolean {
  return known.toLowerCase() === name.toLowerCase();
}

function nearestOf(name: string, names: readonly string[]): string | undefined {
  return name.length > LONGEST_COMPARED ? undefined : nearestName(name, names);
}
