import { isObject } from '../../core/index.js';

const OPEN = '{{';
const CLOSE = '}}';
const OR = '||';

/** Both names mean the message. */
const ROOTS: ReadonlySet<string> = new Set(['message', 'event']);

interface Template {
  readonly path: readonly string[];
  readonly fallback: string;
}

/**
 * Resolves the templates of a configuration for one event. A template is a whole value of the form `{{ path || default }}`. It becomes
 * the message's value at the path, or the default when that value is absent or null. The path starts with `message.` or `event.`;
 * quotes around the default are removed. An object without templates is returned unchanged, the same object.
 *
 * The host leaves this to the transformer for destinations with `hasDynamicConfig` (RudderStack rudder-server v1.83).
 *
 * @example
 * resolveDynamicConfig({ apiKey: '{{ message.context.key || "k-1" }}' }, {}); // { apiKey: 'k-1' }
 */
export function resolveDynamicConfig(config: unknown, message: unknown): unknown {
  if (typeof config === 'string') {
    const template = parseTemplate(config);
    return template === undefined ? config : (valueAt(message, template.path) ?? template.fallback);
  }
  if (Array.isArray(config)) {
    const resolved = config.map((value) => resolveDynamicConfig(value, message));
    return resolved.some((value, index) => value !== config[index]) ? resolved : config;
  }
  if (!isObject(config)) return config;
  const entries = Object.entries(config);
  const resolved = entries.map(([key, value]) => [key, resolveDynamicConfig(value, message)] as const);
  return resolved.some(([, value], index) => value !== entries[index]![1])
    ? Object.fromEntries(resolved)
    : config;
}

/** Whether a configuration value is a template, and so is known only together with an event. */
export function isTemplate(value: unknown): boolean {
  return typeof value === 'string' && parseTemplate(value) !== undefined;
}

/** Not a regular expression: the text is untrusted, and this takes linear time. */
function parseTemplate(text: string): Template | undefined {
  const trimmed = text.trim();
  if (!trimmed.startsWith(OPEN) || !trimmed.endsWith(CLOSE)) return undefined;
  const inner = trimmed.slice(OPEN.length, -CLOSE.length);
  const or = inner.indexOf(OR);
  if (or === -1 || inner.includes(OPEN) || inner.includes(CLOSE)) return undefined;
  return { path: pathOf(inner.slice(0, or).trim()), fallback: unquoted(inner.slice(or + OR.length).trim()) };
}

/** `message.items[0].name` → `items`, `0`, `name`; empty for a path with another start, which finds nothing. */
function pathOf(text: string): readonly string[] {
  const [root, ...keys] = text.replaceAll('[', '.').replaceAll(']', '').split('.');
  return ROOTS.has(root!) ? keys : [];
}

function unquoted(text: string): string {
  const quote = text[0];
  const isQuoted = text.length >= 2 && (quote === '"' || quote === "'") && text.endsWith(quote);
  return isQuoted ? text.slice(1, -1) : text;
}

function valueAt(message: unknown, path: readonly string[]): unknown {
  if (path.length === 0) return undefined;
  let value = message;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[key];
  }
  return value;
}
