import { isObject } from '../../core/index.js';
import { ownTextRedactor } from '../../runtime/index.js';
import { renderTable, type TableStyle } from '../output/table.js';
import type { CheckReport, CheckResult, CheckedAttribute } from './report.js';

const RESULTS: Readonly<Record<CheckResult, string>> = {
  ok: 'ok',
  failed: 'FAILED',
  warning: 'warning',
  notChecked: 'not checked',
};

/** From this width on, each part has a column of its own. */
const WIDE = 100;

/** The report as tables. Long texts are wrapped: each word counts. */
export function reportText({ checks, attributes }: CheckReport, style: TableStyle): string {
  const rows = checks.map(({ name, result, found, todo }) => ({ result, name, found, todo }));
  const parts = [tableOf('check', rows, style)];
  if (attributes.length > 0) parts.push(tableOf('attribute', attributes.map(attributeRow), style));
  return `${parts.join('\n\n')}\n`;
}

interface Row {
  readonly result: CheckResult;
  readonly name: string;
  readonly found: string;
  readonly todo?: string | undefined;
}

function attributeRow({ object, to, from, result, found, todo, type, convertedTo }: CheckedAttribute): Row {
  const types = type === undefined ? [] : [convertedTo === undefined ? type : `${type}, converted`];
  const facts = result === 'ok' ? [found, ...types].join(', ') : found;
  return { result, name: `${object}.${to}`, found: `${facts} (from ${from})`, todo };
}

function tableOf(what: string, rows: readonly Row[], style: TableStyle): string {
  const wrapped = { ...style, wraps: true };
  if (style.width >= WIDE) {
    const cells = rows.map(({ result, name, found, todo = '' }) => [RESULTS[result], name, found, todo]);
    return renderTable(['result', what, 'found', 'what to do'], cells, wrapped);
  }
  const cells = rows.map(({ result, name, found, todo }) => [
    RESULTS[result],
    `${name}: ${found}${todo === undefined ? '' : ` → ${todo}`}`,
  ]);
  return renderTable(['result', what], cells, wrapped);
}

/** The same value, with the API key masked in every text of it: a configuration may name it in the wrong place. */
export function withoutKey<Value>(value: Value, apiKey: unknown): Value {
  if (typeof apiKey !== 'string') return value;
  const redact = ownTextRedactor(apiKey);
  const masked = (inner: unknown): unknown => {
    if (typeof inner === 'string') return redact(inner);
    if (Array.isArray(inner)) return inner.map(masked);
    if (!isObject(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).map(([name, item]) => [name, masked(item)]));
  };
  return masked(value) as Value;
}
