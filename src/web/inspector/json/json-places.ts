import type { Tree, SyntaxNode } from '@lezer/common';

/** A part of a text. */
export interface TextRange {
  readonly from: number;
  readonly to: number;
}

/**
 * The part of a JSON text that is at a path (`context.traits.city`, `userAttributeMap.0.to`): the name with its value, or the element.
 *
 * A name may contain dots: the longest name that fits is tried first. Where a path leads further than the text, as for a missing entry,
 * the name of the nearest value around it is returned, or the opening bracket of the whole.
 *
 * @returns `undefined` for a text without a value
 */
export function rangeOfPath(tree: Tree, text: string, path: string): TextRange | undefined {
  const value = wholeOf(tree);
  if (value === undefined) return undefined;
  const found = path === '' ? { node: value, rest: '' } : find(value, text, path);
  if (found.rest === '' && path !== '') return { from: found.node.from, to: found.node.to };
  return headOf(found.node);
}

/** Whether a path leads to a value of the text. */
export function hasPath(tree: Tree, text: string, path: string): boolean {
  const value = wholeOf(tree);
  return value !== undefined && (path === '' || find(value, text, path).rest === '');
}

/**
 * The path of the innermost entry or element around an index of a JSON text.
 *
 * @returns `undefined` outside of the value; an empty path on the whole value
 */
export function pathAt(tree: Tree, text: string, at: number): string | undefined {
  const keys: string[] = [];
  let inside = false;
  for (let node: SyntaxNode | null = tree.resolveInner(at, 1); node !== null; node = node.parent) {
    if (node.name === 'Property') {
      const name = nameOf(node, text);
      if (name === undefined) return undefined;
      keys.unshift(name);
    } else if (node.parent?.name === 'Array' && isValue(node)) {
      keys.unshift(String(elementsOf(node.parent).findIndex(({ from }) => from === node!.from)));
    }
    inside ||= isValue(node) || node.name === 'Property';
  }
  return inside ? keys.join('.') : undefined;
}

function wholeOf(tree: Tree): SyntaxNode | undefined {
  const value = tree.topNode.firstChild;
  return value !== null && isValue(value) ? value : undefined;
}

interface Found {
  /** The deepest entry, element or value on the way. */
  readonly node: SyntaxNode;
  /** What of the path leads further than the text. */
  readonly rest: string;
}

function find(value: SyntaxNode, text: string, path: string, around: SyntaxNode = value): Found {
  let deepest: Found = { node: around, rest: path };
  for (const { name, node, inner } of childrenOf(value, text)) {
    if (path === name) return { node, rest: '' };
    if (!path.startsWith(`${name}.`) || inner === null) continue;
    const found = find(inner, text, path.slice(name.length + 1), node);
    if (found.rest === '') return found;
    if (found.rest.length < deepest.rest.length) deepest = found;
  }
  return deepest;
}

interface Child {
  readonly name: string;
  readonly node: SyntaxNode;
  readonly inner: SyntaxNode | null;
}

/** The entries of an object, long names first, and the last of the same name, because it is the one that counts; or the elements of an array. */
function childrenOf(value: SyntaxNode, text: string): Child[] {
  if (value.name === 'Array')
    return elementsOf(value).map((node, index) => ({ name: String(index), node, inner: node }));
  if (value.name !== 'Object') return [];
  return value
    .getChildren('Property')
    .flatMap((node) => {
      const name = nameOf(node, text);
      const inner = node.lastChild;
      return name === undefined
        ? []
        : [{ name, node, inner: inner !== null && isValue(inner) ? inner : null }];
    })
    .reverse()
    .sort((one, other) => other.name.length - one.name.length);
}

function elementsOf(array: SyntaxNode): SyntaxNode[] {
  const elements: SyntaxNode[] = [];
  for (let node = array.firstChild; node !== null; node = node.nextSibling)
    if (isValue(node)) elements.push(node);
  return elements;
}

const VALUES: ReadonlySet<string> = new Set(['Object', 'Array', 'String', 'Number', 'True', 'False', 'Null']);
const isValue = (node: SyntaxNode): boolean => VALUES.has(node.name);

function nameOf(property: SyntaxNode, text: string): string | undefined {
  const name = property.getChild('PropertyName');
  if (name === null) return undefined;
  try {
    return JSON.parse(text.slice(name.from, name.to)) as string;
  } catch {
    return undefined;
  }
}

/** The name of an entry, or the opening bracket of a value. */
function headOf(node: SyntaxNode): TextRange {
  const name = node.getChild('PropertyName') ?? node.firstChild ?? node;
  return { from: name.from, to: name.to };
}
