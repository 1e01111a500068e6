/** More values than this are not looked at: a proxy may make new ones without end. */
const MOST_VALUES = 100_000;
/** Longer names are cut: the path is for an error text. */
const LONGEST_KEY = 40;

interface Unread {
  readonly value: object;
  readonly path: string;
}

/**
 * The path of the first value in `root` that cannot be read, because a getter or a proxy there throws; `undefined` when all of it can. It is
 * called after something was thrown, to say where; '' is the root itself.
 *
 * @example
 * findUnreadable({ traits: { get email() { throw new Error(); } } }); // 'traits.email'
 */
export function findUnreadable(root: unknown): string | undefined {
  const seen = new Set<unknown>();
  const open: Unread[] = isReference(root) ? [{ value: root, path: '' }] : [];
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    if (seen.has(place.value) || seen.size >= MOST_VALUES) continue;
    seen.add(place.value);
    const keys = keysOf(place.value);
    if (keys === undefined) return place.path;
    const inner: Unread[] = [];
    for (const key of keys) {
      const path = `${place.path}${place.path === '' ? '' : '.'}${key.slice(0, LONGEST_KEY)}`;
      try {
        const value = (place.value as Record<string, unknown>)[key];
        if (isReference(value)) inner.push({ value, path });
      } catch {
        return path;
      }
    }
    // What comes first is looked at first.
    open.push(...inner.reverse());
  }
  return undefined;
}

/** The names in an object, inherited ones too; `undefined` when it does not even tell them, or its kind. */
function keysOf(object: object): Set<string> | undefined {
  try {
    Array.isArray(object);
    Object.prototype.toString.call(object);
    const keys = new Set<string>();
    for (
      let level: object | null = object;
      level !== null;
      level = Object.getPrototypeOf(level) as object | null
    ) {
      // The last prototype is the one of all objects: its accessors say nothing of this one.
      if (level !== object && Object.getPrototypeOf(level) === null) break;
      for (const key of Reflect.ownKeys(level)) {
        if (typeof key !== 'string') continue;
        Object.getOwnPropertyDescriptor(level, key);
        keys.add(key);
      }
    }
    return keys;
  } catch {
    return undefined;
  }
}

function isReference(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
