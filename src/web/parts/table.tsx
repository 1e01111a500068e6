import type { ComponentChildren } from 'preact';
import './table.css';

interface Column {
  readonly head: string;
  /** Numbers are aligned at their end. */
  readonly isNumber?: boolean;
}

interface TableProps {
  readonly caption: string;
  /** Whether a heading above says the same: then the caption is for screen readers only. */
  readonly hidesCaption?: boolean;
  readonly columns: readonly (Column | string)[];
  /** The first cell of each row names it. */
  readonly rows: readonly (readonly ComponentChildren[])[];
}

/** A table that scrolls sideways where it has no room. */
export function Table({ caption, hidesCaption = false, columns, rows }: TableProps) {
  const shown = columns.map((column) => (typeof column === 'string' ? { head: column } : column));
  const classOf = (index: number): string | undefined =>
    shown[index]?.isNumber === true ? 'number' : undefined;
  return (
    <div class="scroll" role="region" aria-label={caption} tabIndex={0}>
      <table>
        <caption class={hidesCaption ? 'unseen' : undefined}>{caption}</caption>
        <thead>
          <tr>
            {shown.map(({ head }, index) => (
              <th key={head} scope="col" class={classOf(index)}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, number) => (
            <tr key={number}>
              {row.map((cell, index) =>
                index === 0 ? (
                  <th key={index} scope="row" class={classOf(index)}>
                    {cell}
                  </th>
                ) : (
                  <td key={index} class={classOf(index)}>
                    {cell}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
