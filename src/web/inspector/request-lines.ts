import { isObject, type Step } from '../../core/index.js';
import {
  ID_FIELD,
  ROUTES,
  type ExplainedField,
  type RouteName,
} from '../../destinations/gainsight_px/index.js';

/** One line of a body as readable JSON. */
export interface BodyLine {
  readonly depth: number;
  /** The text of the line: `{`, `"city": "Paris",`, `},`. */
  readonly text: string;
  /** The field whose value the line shows. */
  readonly field?: ExplainedField;
}

/** A URL, taken apart where it holds an id. */
export interface UrlParts {
  readonly before: string;
  readonly id?: { readonly text: string; readonly field: ExplainedField | undefined };
}

/** The explained fields of one step by their name in its body. */
function fieldsOf({ id }: Step, fields: readonly ExplainedField[]): ReadonlyMap<string, ExplainedField> {
  return new Map(fields.filter(({ steps }) => steps.includes(id)).map((field) => [field.to, field]));
}

/** The body of a step, a line for each field; empty where the step has no body. */
export function bodyLines(step: Step, fields: readonly ExplainedField[]): readonly BodyLine[] {
  const { body } = step.request;
  if (body === undefined) return [];
  const lines: BodyLine[] = [];
  const byName = fieldsOf(step, fields);

  const write = (value: unknown, path: string, depth: number, start: string, end: string): void => {
    const keys = isObject(value) ? Object.keys(value) : [];
    if (!isObject(value) || keys.length === 0) {
      const field = byName.get(path);
      const text = `${start}${JSON.stringify(value)}${end}`;
      lines.push(field === undefined ? { depth, text } : { depth, text, field });
      return;
    }
    lines.push({ depth, text: `${start}{` });
    keys.forEach((key, index) => {
      const inner = path === '' ? key : `${path}.${key}`;
      const comma = index === keys.length - 1 ? '' : ',';
      write(value[key], inner, depth + 1, `${JSON.stringify(key)}: `, comma);
    });
    lines.push({ depth, text: `}${end}` });
  };
  write(body, '', 0, '', '');
  return lines;
}

/** The URL of a step, with the id that it holds. */
export function urlParts(step: Step, fields: readonly ExplainedField[]): UrlParts {
  const { object, request } = step;
  const { endpoint, body = {} } = request;
  const idField = object === undefined ? undefined : ID_FIELD[object.kind];
  const isInPath =
    idField !== undefined && ROUTES[step.route as RouteName].byPath !== undefined && !(idField in body);
  if (!isInPath) return { before: endpoint };
  const start = endpoint.lastIndexOf('/') + 1;
  return {
    before: endpoint.slice(0, start),
    id: { text: endpoint.slice(start), field: fieldsOf(step, fields).get(idField) },
  };
}
