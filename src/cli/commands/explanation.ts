import { DROP_REASON_TEXTS, NOTE_TEXTS } from '../../core/index.js';
import type { Explanation } from '../../destinations/gainsight_px/index.js';
import { describePosition } from '../input/read-messages.js';
import { maskKey, printable, printableJson } from '../output/printable.js';
import type { NotSent } from './each-message.js';
import { renderTable, type TableStyle } from '../output/table.js';

/** One item of the input, explained. */
export interface ExplainedItem extends Omit<Explanation, 'error'>, NotSent {}

/** For scripts: one line of JSON, without the API key. */
export function explanationJson(item: ExplainedItem): string {
  const { position, plan, skipped, error, fields, dropped, warnings, notes } = item;
  return printableJson({
    position,
    ...(plan === undefined ? {} : { plan: maskKey(plan) }),
    ...(skipped === undefined ? {} : { skipped }),
    ...(error === undefined
      ? {}
      : { error: { code: error.code, message: error.message, issues: error.issues } }),
    fields,
    dropped,
    warnings,
    ...(notes === undefined ? {} : { notes }),
  });
}

/** For people: a heading, tables, warnings, and a blank line. */
export function explanationText(item: ExplainedItem, style: TableStyle): string {
  const { fields, dropped, warnings, notes = [] } = item;
  const parts = [printable(heading(item))];
  if (fields.length > 0) {
    const rows = fields.map(({ object, to, value, from }) => [`${object}.${to}`, printableJson(value), from]);
    parts.push(renderTable(['PX field', 'value', 'from'], rows, style));
  }
  if (dropped.length > 0) {
    const rows = dropped.map(({ path, reason, type }) => [path, DROP_REASON_TEXTS[reason], type]);
    parts.push(renderTable(['dropped', 'why', 'type'], rows, style));
  }
  if (warnings.length > 0) {
    parts.push(warnings.map(({ message }) => cut(`warning: ${message}`, style)).join('\n'));
  }
  if (notes.length > 0) parts.push(notes.map((note) => cut(`note: ${NOTE_TEXTS[note]}`, style)).join('\n'));
  return `${parts.join('\n\n')}\n`;
}

function heading({ position, plan, skipped, error }: ExplainedItem): string {
  const place = describePosition(position);
  if (skipped !== undefined) return `${place}: skipped: ${skipped.message}`;
  if (error !== undefined) return `${place}: refused, ${error.code}: ${error.message}`;
  return `${place}: ${plan?.steps.map((step) => step.id).join(' → ') ?? ''}`;
}

function cut(line: string, { width }: TableStyle): string {
  const text = printable(line);
  return text.length > width ? `${text.slice(0, width - 1)}…` : text;
}
