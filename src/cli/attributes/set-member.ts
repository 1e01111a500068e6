/** One member of an object in a JSON text, by its places in the text. */
interface Member {
  readonly key: string;
  readonly start: number;
  readonly valueStart: number;
  readonly end: number;
}

/** An object in a JSON text. */
interface ObjectText {
  readonly open: number;
  readonly close: number;
  readonly members: readonly Member[];
}

/** Without a line to take it from. */
const USUAL_INDENT = '  ';

/**
 * A JSON text in which one member of an object has another value. All other characters stay as they are, so that formatting, the order of keys
 * and the digits of numbers stay. A new member comes last. It is indented as its neighbours are.
 *
 * @param text a valid JSON text
 * @param path the keys that lead to the object; none: the text's own object
 * @throws TypeError when there is no object
 * @example
 * setMember('{"a": 1}', [], 'b', true); // '{"a": 1,"b":true}'
 */
export function setMember(text: string, path: readonly string[], key: string, value: unknown): string {
  const object = path.reduce(
    (outer, name) => objectAt(text, valueOf(outer, name)),
    objectAt(text, firstOf(text)),
  );
  // JSON.parse takes the last of several members with one key.
  const former = lastNamed(object, key);
  const last = object.members.at(-1);
  const neighbour = former ?? last;
  const isMultiline =
    neighbour === undefined ? object.open === firstOf(text) : indentAt(text, neighbour.start) !== undefined;
  if (!isMultiline) {
    const compact = JSON.stringify(value);
    if (former !== undefined) return replaced(text, former.valueStart, former.end, compact);
    const member = `${JSON.stringify(key)}:${compact}`;
    return last === undefined
      ? replaced(text, object.open + 1, object.close, member)
      : replaced(text, last.end, last.end, `,${member}`);
  }

  const lineEnd = text.includes('\r\n') ? '\r\n' : '\n';
  const outer = indentAt(text, object.close) ?? '';
  const indent = (neighbour && indentAt(text, neighbour.start)) ?? outer + USUAL_INDENT;
  const unit =
    indent.startsWith(outer) && indent.length > outer.length ? indent.slice(outer.length) : USUAL_INDENT;
  const lines = JSON.stringify(value, null, unit)
    .split('\n')
    .join(lineEnd + indent);
  if (former !== undefined) return replaced(text, former.valueStart, former.end, lines);
  const member = `${lineEnd}${indent}${JSON.stringify(key)}: ${lines}`;
  return last === undefined
    ? replaced(text, object.open + 1, object.close, `${member}${lineEnd}${outer}`)
    : replaced(text, last.end, last.end, `,${member}`);
}

function replaced(text: string, start: number, end: number, by: string): string {
  return text.slice(0, start) + by + text.slice(end);
}

function lastNamed({ members }: ObjectText, key: string): Member | undefined {
  return members.filter((member) => member.key === key).at(-1);
}

function valueOf(object: ObjectText, key: string): number {
  const member = lastNamed(object, key);
  if (member === undefined) throw new TypeError(`no object at ${key}`);
  return member.valueStart;
}

/** The white space between the beginning of a line and a place; `undefined` where there is something else, or no line begins before. */
function indentAt(text: string, place: number): string | undefined {
  return /\n([ \t]*)$/.exec(text.slice(0, place))?.[1];
}

/** What a value consists of: texts, brackets, and words (numbers and names). */
const TOKEN = /"(?:[^"\\]+|\\.)*"|[{}[\]]|[^\s,:{}[\]"]+/g;

function objectAt(text: string, open: number): ObjectText {
  if (text[open] !== '{') throw new TypeError(`no object at character ${open}`);
  const members: Member[] = [];
  let at = skip(text, open + 1);
  while (text[at] !== '}') {
    const keyEnd = endOfValue(text, at);
    const valueStart = skip(text, keyEnd);
    const end = endOfValue(text, valueStart);
    members.push({ key: JSON.parse(text.slice(at, keyEnd)) as string, start: at, valueStart, end });
    at = skip(text, end);
  }
  return { open, close: at, members };
}

function firstOf(text: string): number {
  return skip(text.startsWith('\uFEFF') ? ` ${text.slice(1)}` : text, 0);
}

/** Passes over white space, commas and colons. */
function skip(text: string, from: number): number {
  const pattern = /[\s,:]*/y;
  pattern.lastIndex = from;
  pattern.exec(text);
  return pattern.lastIndex;
}

function endOfValue(text: string, start: number): number {
  TOKEN.lastIndex = start;
  let depth = 0;
  do {
    const [token] = TOKEN.exec(text) ?? [];
    if (token === undefined) throw new TypeError('not a JSON text');
    if (token === '{' || token === '[') depth += 1;
    if (token === '}' || token === ']') depth -= 1;
  } while (depth > 0);
  return TOKEN.lastIndex;
}
