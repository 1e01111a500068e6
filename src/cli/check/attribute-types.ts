import {
  compareTypes,
  type AttributeChange,
  type AttributeTypes,
  type PxAttributes,
} from '../../destinations/gainsight_px/index.js';
import { countOf } from '../output/quantities.js';
import type { Check } from './report.js';

/** PX's lists; one that was not read is absent. */
export interface PxLists {
  readonly user?: PxAttributes | undefined;
  readonly account?: PxAttributes | undefined;
}

/** More are not listed. */
const MOST_LISTED = 5;

/** Longer names are cut. */
const LONGEST_SHOWN = 80;

/** What to do where PX does not give its whole list. */
export const COMPARE_BY_HAND = 'compare them with PX by hand (Administration → Attributes)';

/** Why the list may not be the whole one, in words; `undefined` where it is. */
export function partText({ besides }: PxAttributes): string | undefined {
  if (besides.length === 0) return undefined;
  const names = besides.slice(0, MOST_LISTED).map((name) => JSON.stringify(name.slice(0, LONGEST_SHOWN)));
  return `PX's list may be one part of a longer one: its answer also has ${names.join(', ')}`;
}

/** Holds `attributeTypes` against PX. */
export function checkAttributeTypes(configured: AttributeTypes | null | undefined, lists: PxLists): Check {
  const name = 'attributeTypes';
  const todo = 'run gainsight-px attributes pull --save';
  const given = (['user', 'account'] as const).filter((object) => isGiven(configured, object));
  if (given.length === 0) {
    const found = 'not set: values are sent as they come, and explain cannot name unknown attributes';
    return { name, result: 'notChecked', code: 'types_not_set', found, todo };
  }
  const unread = given.filter((object) => lists[object] === undefined);
  if (unread.length > 0) {
    const found = `the attributes of ${unread.map((object) => `${object}s`).join(' and ')} were not read`;
    return { name, result: 'notChecked', code: 'not_checked', found, todo: 'see the rows above' };
  }
  const part = given.map((object) => partText(lists[object]!)).find((text) => text !== undefined);
  if (part !== undefined) {
    return { name, result: 'notChecked', code: 'not_checked', found: part, todo: COMPARE_BY_HAND };
  }
  const changes = compareTypes(configured ?? {}, attributeTypesOf(lists)).filter(({ object }) =>
    given.includes(object),
  );
  if (changes.length === 0) return { name, result: 'ok', code: 'types_current', found: 'as PX has them now' };
  const listed = changes.slice(0, MOST_LISTED).map(changeText).join(', ');
  const more = changes.length > MOST_LISTED ? ` and ${changes.length - MOST_LISTED} more` : '';
  const found = `${countOf(changes.length, 'difference')} to PX: ${listed}${more}`;
  return { name, result: 'warning', code: 'types_outdated', found, todo };
}

function isGiven(configured: AttributeTypes | null | undefined, object: 'user' | 'account'): boolean {
  return (configured?.[object] ?? configured?.disabled?.[object] ?? undefined) !== undefined;
}

/** The value of `attributeTypes` for what PX has: enabled attributes with their types, disabled ones by name. */
export function attributeTypesOf({ user, account }: PxLists): AttributeTypes {
  const disabled = {
    ...(user === undefined || user.disabled.length === 0 ? {} : { user: user.disabled }),
    ...(account === undefined || account.disabled.length === 0 ? {} : { account: account.disabled }),
  };
  return {
    ...(user === undefined ? {} : { user: user.types }),
    ...(account === undefined ? {} : { account: account.types }),
    ...(Object.keys(disabled).length === 0 ? {} : { disabled }),
  };
}

/** `user "plan": STRING, now NUMBER` */
export function changeText({ object, name, before, after }: AttributeChange): string {
  const what = `${object} ${JSON.stringify(name)}`;
  if (before === undefined) return `${what}: new, ${after ?? ''}`;
  if (after === undefined) return `${what}: gone`;
  return `${what}: ${before}, now ${after}`;
}
