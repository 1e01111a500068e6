export interface Selector {
  readonly metric: string;
  readonly matchers: readonly Matcher[];
}

export interface Matcher {
  readonly label: string;
  readonly values: readonly string[];
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const KEYWORDS = new Set(['and', 'or', 'unless', 'bool', 'offset']);

/** `by (le, route)`, `on ()`: labels in parentheses. */
const GROUPING = /\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)/g;
const SELECTOR = new RegExp(`\\b(${NAME})\\b(?!\\s*\\()(?:\\s*\\{([^}]*)\\})?`, 'g');
const MATCHER = new RegExp(`(${NAME})\\s*(?:=~|!~|!=|=)\\s*"([^"]*)"`, 'g');

/** The series that a query names. It does not parse all of PromQL, only the queries of this project. */
export function selectorsOf(expression: string): Selector[] {
  const bare = expression.replace(GROUPING, ' ').replace(/\[[^\]]*\]/g, ' ');
  return [...bare.matchAll(SELECTOR)]
    .filter(([, name]) => !KEYWORDS.has(name!))
    .map(([, metric, braces = '']) => ({
      metric: metric!,
      matchers: [...braces.matchAll(MATCHER)].map(([, label, value]) => ({
        label: label!,
        values: value!.split('|'),
      })),
    }));
}

/** The labels that a query groups or joins by. */
export function groupingLabelsOf(expression: string): string[] {
  return [...expression.matchAll(GROUPING)].flatMap(
    ([, labels]) => labels!.match(new RegExp(NAME, 'g')) ?? [],
  );
}
