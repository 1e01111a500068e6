import { compareNames } from './read-attributes.js';
import type { AttributeTypes } from '../config/config.js';

/** What became of one custom attribute. */
export interface AttributeChange {
  readonly object: 'user' | 'account';
  readonly name: string;
  /** A type, `disabled`, or absent where it is not listed. */
  readonly before?: string;
  readonly after?: string;
}

/**
 * What is different between two lists of custom attributes, those of users first, sorted by name.
 *
 * @example
 * compareTypes({ user: { a: 'STRING' } }, { user: { a: 'NUMBER' } });
 * // [{ object: 'user', name: 'a', before: 'STRING', after: 'NUMBER' }]
 */
export function compareTypes(before: AttributeTypes, after: AttributeTypes): AttributeChange[] {
  return (['user', 'account'] as const).flatMap((object) => {
    const [old, now] = [entriesOf(before, object), entriesOf(after, object)];
    return [...new Set([...old.keys(), ...now.keys()])]
      .sort(compareNames)
      .flatMap((name): AttributeChange[] => {
        const [was, is] = [old.get(name), now.get(name)];
        if (was === is) return [];
        const one = { object, name };
        return [
          {
            ...one,
            ...(was === undefined ? {} : { before: was }),
            ...(is === undefined ? {} : { after: is }),
          },
        ];
      });
  });
}

/** Each name with its type or `disabled`; a type wins, as in `judgeAttribute`. */
function entriesOf(types: AttributeTypes, object: 'user' | 'account'): Map<string, string> {
  const disabled = (types.disabled?.[object] ?? []).map((name) => [name, 'disabled'] as const);
  return new Map<string, string>([...disabled, ...Object.entries(types[object] ?? {})]);
}
