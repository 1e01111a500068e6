import Table from 'cli-table3';
import { count } from './quantities.js';
import type { CommandIo, Output } from '../io.js';
import { printable } from './printable.js';

const GAP = '  ';
/** The width without a terminal; it fits in pagers, logs and mails. */
const DEFAULT_WIDTH = 100;
const MIN_WIDTH = 20;

/** More rows are not readable, and the column widths need all rows in memory. */
const MAX_ROWS = 1_000;

const NO_LINES = Object.fromEntries(
  ['top', 'bottom', 'left', 'mid', 'right'].flatMap((part) =>
    [part, `${part}-mid`, `${part}-left`, `${part}-right`].map((name) => [name, '']),
  ),
);

/** How tables style on an output. */
export interface TableStyle {
  readonly width: number;
  readonly colours: boolean;
  /** Whether cells that are too long are wrapped. Default: they are cut. */
  readonly wraps?: boolean;
}

/**
 * The style for an output: its width, and colours on a terminal unless NO_COLOR is set
 * (https://no-color.org).
 */
export function tableStyleOf(output: Output, env: CommandIo['env']): TableStyle {
  const onTerminal = output.isTTY === true;
  const columns = onTerminal ? (output.columns ?? DEFAULT_WIDTH) : DEFAULT_WIDTH;
  return {
    width: Math.max(MIN_WIDTH, columns),
    colours: onTerminal && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb',
  };
}

/**
 * Draws a table without lines, at most `width` wide: cells that are too long are cut or wrapped, in the widest
 * column first. When there are very many rows, it shows the first ones and the number of the others.
 *
 * @example
 * renderTable(['field', 'value'], [['email', '"ada@example.org"']], { width: 80, colours: false });
 */
export function renderTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  { width, colours, wraps = false }: TableStyle,
): string {
  const shown = (cell: string): string => printable(wraps ? cell : cell.slice(0, width + 1));
  const cells = rows.slice(0, MAX_ROWS).map((row) => row.map(shown));
  const colWidths = fitWidths([head, ...cells], width - GAP.length * (head.length - 1));
  const table = new Table({
    head: [...head],
    colWidths,
    wordWrap: wraps,
    chars: { ...NO_LINES, middle: GAP },
    style: { 'padding-left': 0, 'padding-right': 0, head: colours ? ['bold'] : [], border: [] },
  });
  table.push(
    ...(wraps ? cells.map((row) => row.map((cell, column) => breakable(cell, colWidths[column]!))) : cells),
  );
  const lines = table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
  if (rows.length > MAX_ROWS) lines.push(`… and ${count(rows.length - MAX_ROWS)} more`);
  return lines.join('\n');
}

/** A word that is wider than its column is broken, because the table would cut it. */
function breakable(cell: string, width: number): string {
  return cell.replace(new RegExp(`\\S{${width}}(?=\\S)`, 'gu'), '$& ');
}

function fitWidths(rows: readonly (readonly string[])[], available: number): number[] {
  const widths = rows[0]!.map((_, column) =>
    rows.reduce((most, row) => Math.max(most, widthOf(row[column] ?? '')), 0),
  );
  const total = (): number => widths.reduce((sum, width) => sum + width, 0);
  for (let excess = total() - available; excess > 0; excess -= 1) {
    widths[widths.indexOf(Math.max(...widths))]! -= 1;
  }
  return widths.map((width) => Math.max(1, width));
}

/** Columns on a terminal, or more: scripts with characters of two columns begin at U+1100. */
function widthOf(text: string): number {
  return text.length + (text.match(/[\u1100-\uffff]/g)?.length ?? 0);
}
