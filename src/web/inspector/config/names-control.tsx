import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { JsonObject } from '../../../core/index.js';
import { useDraft } from '../use-draft.js';
import { renamed } from './change.js';
import { idOf, rowClass, type ControlProps } from './control-props.js';
import { useFocusAfterRender } from './use-focus.js';

type Entry = Pick<ControlProps, 'label' | 'keys' | 'value' | 'isRequired'>;

interface Props extends Pick<ControlProps, 'label' | 'keys' | 'lit' | 'onChange'> {
  readonly entries: JsonObject;
  /** What a new entry may be; the first of them is its value. */
  readonly options: readonly string[];
  readonly entry: (entry: Entry) => ComponentChildren;
}

/** An object whose names are the user's own: each name with its value. A name is taken over when its field is left. */
export function NamesControl({ label, keys, entries, options, lit, entry, onChange }: Props) {
  const focusAfter = useFocusAfterRender();
  const [fault, setFault] = useState<string>();
  const newName = useRef<HTMLInputElement>(null);
  const newId = `${idOf(keys)}-new`;
  const faultId = `${newId}-fault`;

  /** Whether a name can be given; says so where not. */
  const isFree = (name: string): boolean => {
    const taken = Object.hasOwn(entries, name);
    setFault(taken ? `expected a new name: there is an entry ${name} already` : undefined);
    return !taken;
  };
  const add = (): void => {
    const name = newName.current!.value;
    if (name === '') {
      setFault('expected a name');
      newName.current!.focus();
    } else if (isFree(name)) {
      onChange([...keys, name], options[0] ?? '');
      newName.current!.value = '';
      focusAfter(idOf([...keys, name]));
    }
  };
  const rename = (from: string, to: string): void => {
    if (to !== from && to !== '' && isFree(to)) onChange(keys, renamed(entries, from, to));
  };

  return (
    <div class="rows columns-2">
      <ul>
        {Object.entries(entries).map(([name, value]) => (
          <li key={name} class={rowClass(lit, [...keys, name])} data-path={[...keys, name].join('.')}>
            <div>
              <NameField label={`${label} name ${name}`} name={name} onRename={(to) => rename(name, to)} />
            </div>
            <div>{entry({ label: `${label} ${name}`, keys: [...keys, name], value, isRequired: true })}</div>
            <span class="row-buttons">
              <button
                type="button"
                aria-label={`Remove ${label} ${name}`}
                onClick={() => {
                  focusAfter(newId);
                  onChange([...keys, name], undefined);
                }}
              >
                ×
              </button>
            </span>
          </li>
        ))}
      </ul>
      <div class="row">
        <div>
          <input
            ref={newName}
            id={newId}
            type="text"
            aria-label={`New name in ${label}`}
            placeholder="name"
            autocomplete="off"
            spellcheck={false}
            {...(fault === undefined ? {} : { 'aria-invalid': true, 'aria-describedby': faultId })}
            onKeyDown={(event) => {
              if (event.key === 'Enter') add();
            }}
          />
        </div>
        <button type="button" class="add" aria-label={`Add a name: ${label}`} onClick={add}>
          Add
        </button>
      </div>
      {fault !== undefined && (
        <p class="fault" id={faultId}>
          {fault}
        </p>
      )}
    </div>
  );
}

interface NameProps {
  readonly label: string;
  readonly name: string;
  /** A name that cannot be given leaves the old one. */
  readonly onRename: (to: string) => void;
}

function NameField({ label, name, onRename }: NameProps) {
  const [draft] = useDraft(name, (typed) => {
    onRename(typed);
    return true;
  });
  return <input type="text" aria-label={label} autocomplete="off" spellcheck={false} {...draft} />;
}
