import { InstrumentationError } from '../errors.js';
import { typeName } from './describe-value.js';

/** How many levels of objects and arrays a value of an event may have. */
export const MAX_DEPTH = 500;
/** Longer names are cut in error texts. */
const LONGEST_KEY = 40;

/**
 * Refuses a value that is nested deeper than {@link MAX_DEPTH}: writing it as JSON could exhaust the stack.
 * A value that contains itself is nested without end, and so refused too.
 *
 * @param level how many levels the value itself is nested in already
 * @throws InstrumentationError `nested_too_deep`
 */
export function requireShallow(value: object, root: string, key: string, level = 0): void {
  if (isDeeperThan(MAX_DEPTH - level, value)) throw tooDeep(root, key, typeName(value));
}

/**
 * The same for a value that is JSON text already.
 *
 * @throws InstrumentationError `nested_too_deep`
 */
export function requireShallowText(text: string, root: string, key: string, level = 0): void {
  const levels = MAX_DEPTH - level;
  // Each level takes two characters: most texts need not be read.
  if (text.length > 2 * levels && depthOf(text) > levels) {
    throw tooDeep(root, key, text.startsWith('[') ? 'array' : 'object');
  }
}

function tooDeep(root: string, key: string, type: string): InstrumentationError {
  const name = key.slice(0, LONGEST_KEY);
  const path = root === '' ? name : `${root}.${name}`;
  return new InstrumentationError(
    'nested_too_deep',
    `${path} is nested too deep: expected at most ${MAX_DEPTH} levels`,
    { issues: [{ path, message: `expected at most ${MAX_DEPTH} levels, found a deeper ${type}` }] },
  );
}

function isDeeperThan(levels: number, value: object): boolean {
  if (levels === 0) return true;
  if (Array.isArray(value))
    return value.some((inner) => isContainer(inner) && isDeeperThan(levels - 1, inner));
  for (const key in value) {
    const inner = (value as Record<string, unknown>)[key];
    if (isContainer(inner) && isDeeperThan(levels - 1, inner)) return true;
  }
  return false;
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

const QUOTE = 34;
const BACKSLASH = 92;

/** How many brackets and braces are open at most at one place of a JSON text. */
function depthOf(text: string): number {
  let deepest = 0;
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    switch (text.charCodeAt(at)) {
      case QUOTE:
        at = endOfString(text, at);
        break;
      case 91: // [
      case 123: // {
        depth += 1;
        if (depth > deepest) deepest = depth;
        break;
      case 93: // ]
      case 125: // }
        depth -= 1;
        break;
      default:
    }
  }
  return deepest;
}

/** The place of the quotation mark that ends the string that begins at `start`. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at;
}
