import { InstrumentationError } from './errors.js';
import { typeName } from './json-object.js';

/** How many levels of objects and arrays a value of an event may have. */
export const MAX_DEPTH = 500;
/** Longer names are cut in error texts. */
const LONGEST_KEY = 40;

/**
 * Refuses a value that is nested deeper than {@link MAX_DEPTH}: writing it as JSON could exhaust the stack.
 * A value that contains itself is nested without end, and so refused too.
 *
 * @throws InstrumentationError `nested_too_deep`
 */
export function requireShallow(value: object, root: string, key: string): void {
  if (isDeeperThan(MAX_DEPTH, value)) {
    const path = `${root}.${key.slice(0, LONGEST_KEY)}`;
    throw new InstrumentationError(
      'nested_too_deep',
      `${path} is nested too deep: expected at most ${MAX_DEPTH} levels`,
      {
        faults: [
          { path, message: `expected at most ${MAX_DEPTH} levels, found a deeper ${typeName(value)}` },
        ],
      },
    );
  }
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
