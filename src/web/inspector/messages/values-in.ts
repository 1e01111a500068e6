/** A JSON value of a text, or a part of it that is not JSON. */
export interface TextValue {
  /** Where it begins, from 1. */
  readonly line: number;
  readonly text: string;
  /** Absent where the text is not JSON. */
  readonly value?: unknown;
}

const QUOTE = '"';
const BACKSLASH = '\\';
const NEWLINE = '\n';

/**
 * Yields the JSON values of a text, in order: one value in each line, several in a line, or one in several lines.
 *
 * A value of several lines begins without indentation, and ends where its brackets close. Where another line begins with a bracket
 * before that, it is broken, and the text behind it is read as usual. So each character is read a fixed number of times, whatever the text is.
 */
export function* valuesIn(text: string): Generator<TextValue, void, undefined> {
  const body = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const whole = parse(body);
  if (whole !== undefined) {
    const start = body.length - body.trimStart().length;
    yield { line: 1 + newlinesIn(body.slice(0, start)), text: body, ...whole };
    return;
  }
  /** Lines that are not JSON, and belong together as far as anybody can tell. */
  let broken: { line: number; text: string } | undefined;
  for (const part of partsOf(body)) {
    if (part.value !== undefined) {
      if (broken !== undefined) yield broken;
      broken = undefined;
      yield { line: part.line, text: part.text, ...part.value };
    } else if (broken !== undefined && /^[\s}\]]/.test(part.text)) {
      broken.text += `\n${part.text}`;
    } else {
      if (broken !== undefined) yield broken;
      broken = { line: part.line, text: part.text };
    }
  }
  if (broken !== undefined) yield broken;
}

interface Part {
  readonly line: number;
  readonly text: string;
  readonly value: { readonly value: unknown } | undefined;
}

/** The lines that are not blank, each a value or not; the lines of a value are one part. */
function* partsOf(body: string): Generator<Part, void, undefined> {
  let line = 1;
  let lineEnd = -1;
  for (let at = 0; at < body.length;) {
    if (lineEnd < at) lineEnd = endOfLine(body, at);
    let end = lineEnd;
    let text = body.slice(at, end);
    if (text.trim() !== '') {
      let value = parseLine(text);
      const close = value === undefined ? endOfBrackets(body, at) : undefined;
      const closed = close === undefined ? undefined : parse(body.slice(at, close));
      if (closed !== undefined) {
        value = closed;
        end = close!;
        text = body.slice(at, end);
      }
      yield { line, text: text.trimEnd(), value };
    }
    line += newlinesIn(text);
    at = end;
    if (body[at] === NEWLINE) {
      at += 1;
      line += 1;
    }
  }
}

/** In an object, because a value may be anything. */
function parse(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

/** A value, or an element of an array that has its elements in lines. */
function parseLine(text: string): { readonly value: unknown } | undefined {
  const trimmed = text.trimEnd();
  const line = trimmed.endsWith(',') ? trimmed.slice(0, -1) : trimmed;
  // To let the parser fail half a million times takes many seconds.
  return /[}\]"\w]/.test(line.at(-1)!) ? parse(line) : undefined;
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf(NEWLINE, from);
  return end === -1 ? text.length : end;
}

/** Behind the bracket that closes the one at `from`; undefined where there is none, or it is not closed. */
function endOfBrackets(text: string, from: number): number | undefined {
  if (text[from] !== '{' && text[from] !== '[') return undefined;
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    const sign = text[at]!;
    if (sign === '{' || sign === '[') {
      if (at > from && text[at - 1] === NEWLINE) return undefined;
      depth += 1;
    } else if (sign === '}' || sign === ']') {
      depth -= 1;
      if (depth === 0) return at + 1;
    } else if (sign === QUOTE) {
      const end = endOfString(text, at);
      if (end === undefined) return undefined;
      at = end;
    }
  }
  return undefined;
}

/** The closing quote; JSON knows no line break in a string. */
function endOfString(text: string, start: number): number | undefined {
  for (let at = start + 1; at < text.length; at += 1) {
    const sign = text[at];
    if (sign === BACKSLASH) at += 1;
    else if (sign === QUOTE) return at;
    else if (sign === NEWLINE) return undefined;
  }
  return undefined;
}

function newlinesIn(text: string): number {
  let count = 0;
  for (let at = text.indexOf(NEWLINE); at !== -1; at = text.indexOf(NEWLINE, at + 1)) count += 1;
  return count;
}
