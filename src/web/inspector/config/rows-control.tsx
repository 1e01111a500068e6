import type { ComponentChildren } from 'preact';
import type { JsonObject } from '../../../core/index.js';
import { moved, type Keys } from './change.js';
import { idOf, rowClass, type ControlProps } from './control-props.js';
import type { NamedControl } from './form-model.js';
import { useFocusAfterRender } from './use-focus.js';

type Cell = Pick<ControlProps, 'label' | 'keys' | 'value' | 'isRequired'>;

interface Props extends Pick<ControlProps, 'label' | 'keys' | 'lit' | 'onChange'> {
  readonly rows: readonly JsonObject[];
  readonly columns: readonly NamedControl[];
  readonly cell: (cell: Cell, column: NamedControl) => ComponentChildren;
}

/** The rows of a map. Their order counts: of several rows with the same target, the last one wins. */
export function RowsControl({ label, keys, rows, columns, lit, cell, onChange }: Props) {
  const focusAfter = useFocusAfterRender();
  const set = (next: readonly JsonObject[]): void => onChange(keys, next);

  const add = (): void => {
    focusAfter(idOf([...keys, rows.length, columns[0]!.key]));
    set([...rows, newRow(columns)]);
  };
  const remove = (index: number): void => {
    focusAfter(rows.length === 1 ? addId(keys) : buttonId(keys, Math.min(index, rows.length - 2), 'remove'));
    set(rows.toSpliced(index, 1));
  };
  const move = (index: number, to: number, way: 'up' | 'down'): void => {
    if (to < 0 || to >= rows.length) return;
    focusAfter(buttonId(keys, to, way));
    set(moved(rows, index, to));
  };

  return (
    <div class={`rows columns-${columns.length}`}>
      {rows.length > 0 && (
        <div class="row heads" aria-hidden="true">
          {columns.map(({ key }) => (
            <span key={key}>{key}</span>
          ))}
        </div>
      )}
      <ol>
        {rows.map((row, index) => (
          <li key={index} class={rowClass(lit, [...keys, index])} data-path={[...keys, index].join('.')}>
            {columns.map((column) => (
              <div key={column.key}>
                {cell(
                  {
                    label: `${label} row ${index + 1} ${column.key}`,
                    keys: [...keys, index, column.key],
                    value: row[column.key],
                    isRequired: column.isRequired,
                  },
                  column,
                )}
              </div>
            ))}
            <span class="row-buttons">
              <button
                type="button"
                id={buttonId(keys, index, 'up')}
                aria-label={`Move ${label} row ${index + 1} up`}
                aria-disabled={index === 0}
                onClick={() => move(index, index - 1, 'up')}
              >
                ↑
              </button>
              <button
                type="button"
                id={buttonId(keys, index, 'down')}
                aria-label={`Move ${label} row ${index + 1} down`}
                aria-disabled={index === rows.length - 1}
                onClick={() => move(index, index + 1, 'down')}
              >
                ↓
              </button>
              <button
                type="button"
                id={buttonId(keys, index, 'remove')}
                aria-label={`Remove ${label} row ${index + 1}`}
                onClick={() => remove(index)}
              >
                ×
              </button>
            </span>
          </li>
        ))}
      </ol>
      <button type="button" id={addId(keys)} aria-label={`Add a row: ${label}`} onClick={add}>
        Add a row
      </button>
    </div>
  );
}

const addId = (keys: Keys): string => `${idOf(keys)}-add`;

function buttonId(keys: Keys, index: number, button: 'up' | 'down' | 'remove'): string {
  return `${idOf([...keys, index])}-${button}`;
}

/** Texts are empty at first, and a choice that must be made is made. */
function newRow(columns: readonly NamedControl[]): JsonObject {
  return Object.fromEntries(
    columns.flatMap(({ key, control, isRequired }): [string, string][] => {
      if (control.kind !== 'choice') return [[key, '']];
      return isRequired ? [[key, control.options[0] ?? '']] : [];
    }),
  );
}
