import type { JsonNode } from './read-json.js';

/** A part of a text. */
export interface TextRange {
  readonly from: number;
  readonly to: number;
}

/**
 * The part of a JSON text that is at a path (`context.traits.city`, `userAttributeMap.0.to`): the name with its value, or the element.
 *
 * A name may contain dots: the longest name that fits is tried first, and of equal names the last, because it is the one that counts.
 *
 * @returns `undefined` where the text has nothing at the path
 */
export function rangeOfPath(root: JsonNode, path: string): TextRange | undefined {
  const { node, rest } = follow(root, path);
  return rest === '' ? { from: node.from, to: node.to } : undefined;
}

/**
 * The part of a JSON text where something at a path is missing or wrong: as {@link rangeOfPath}, but the whole is its opening bracket, and
 * where the path leads further than the text, it is the name of the nearest value around it.
 */
export function markOfPath(root: JsonNode, path: string): TextRange {
  const { node, rest } = follow(root, path);
  return { from: node.from, to: rest === '' && node !== root ? node.to : node.headTo };
}

/**
 * The path of the innermost value around an index of a JSON text.
 *
 * @returns `undefined` outside of the value, and where the path leads to another value, which has a name with dots or is a later entry of
 * the same name; an empty path between the entries of the whole
 */
export function pathAt(root: JsonNode, at: number): string | undefined {
  const isAround = ({ from, to }: JsonNode): boolean => from <= at && at < to;
  if (!isAround(root)) return undefined;
  const names: string[] = [];
  let innermost = root;
  for (let node = root.children.find(isAround); node !== undefined; node = node.children.find(isAround)) {
    names.push(node.name);
    innermost = node;
  }
  const path = names.join('.');
  return follow(root, path).node === innermost ? path : undefined;
}

interface Followed {
  /** The deepest value on the way. */
  readonly node: JsonNode;
  /** What of the path leads further than the text. */
  readonly rest: string;
}

function follow(root: JsonNode, path: string): Followed {
  return path === '' ? { node: root, rest: '' } : descend(root, path);
}

/** As `follow`; an empty path is an empty name. */
function descend(node: JsonNode, path: string): Followed {
  let deepest: Followed = { node, rest: `.${path}` };
  const children = node.children
    .filter(({ name }) => path === name || path.startsWith(`${name}.`))
    .reverse()
    .sort((one, other) => other.name.length - one.name.length);
  for (const child of children) {
    if (child.name === path) return { node: child, rest: '' };
    const found = descend(child, path.slice(child.name.length + 1));
    if (found.rest === '') return found;
    if (found.rest.length < deepest.rest.length) deepest = found;
  }
  return deepest;
}
