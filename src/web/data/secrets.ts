import { isObject, SHORTEST_SECRET_IN_TEXT } from '../../core/index.js';

/** What is written where a text contained the key. */
export const REMOVED = '(removed)';

/**
 * Removes the API key from a JSON value: each entry that is called like the key (`apiKey`, `api_key`, `X-APTRINSIC-API-KEY`, in any
 * case and at any depth), and its value wherever else it occurs, in names too.
 *
 * @returns a copy, and how many entries and texts were changed
 * @example
 * withoutSecrets({ config: { apiKey: 's3cret-key', note: 'with s3cret-key' } });
 * // { value: { config: { note: 'with (removed)' } }, removed: 2 }
 */
export function withoutSecrets(value: unknown): { readonly value: unknown; readonly removed: number } {
  const secrets = new Set<string>();
  collect(value, secrets);
  let removed = 0;

  const clean = (text: string): string => {
    let result = text;
    for (const secret of secrets) {
      // A shorter one is removed only where it is the whole text.
      if (secret.length >= SHORTEST_SECRET_IN_TEXT) result = result.replaceAll(secret, REMOVED);
      else if (text === secret) result = REMOVED;
    }
    if (result !== text) removed += 1;
    return result;
  };

  const copy = (inner: unknown): unknown => {
    if (typeof inner === 'string') return clean(inner);
    if (typeof inner === 'number') return secrets.has(String(inner)) ? clean(String(inner)) : inner;
    if (Array.isArray(inner)) return inner.map(copy);
    if (!isObject(inner)) return inner;
    return Object.fromEntries(
      Object.entries(inner).flatMap(([name, entry]) => {
        if (!isKeyName(name)) return [[clean(name), copy(entry)]];
        removed += 1;
        return [];
      }),
    );
  };

  return { value: copy(value), removed };
}

/** The values of all entries that are called like the key. */
function collect(value: unknown, secrets: Set<string>): void {
  if (Array.isArray(value)) {
    for (const element of value) collect(element, secrets);
  } else if (isObject(value)) {
    for (const [name, entry] of Object.entries(value)) {
      if (isKeyName(name)) collectTexts(entry, secrets);
      else collect(entry, secrets);
    }
  }
}

function collectTexts(value: unknown, secrets: Set<string>): void {
  if (typeof value === 'number') secrets.add(String(value));
  else if (typeof value === 'string') {
    // A key that was pasted with blanks around it is known without them elsewhere.
    if (value.trim() !== '') secrets.add(value).add(value.trim());
  } else if (Array.isArray(value) || isObject(value)) {
    for (const entry of Object.values(value)) collectTexts(entry, secrets);
  }
}

/** `apiKey` in every spelling; a longer name is somebody's attribute (`apiKeyCount`). */
function isKeyName(name: string): boolean {
  return /^(x[-_ ]*)?(aptrinsic[-_ ]*)?api[-_ ]*key$/i.test(name.trim());
}
