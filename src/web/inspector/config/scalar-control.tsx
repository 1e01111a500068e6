import { useDraft } from '../use-draft.js';
import { attributesOf, textOf, type ControlProps } from './control-props.js';
import type { Control } from './form-model.js';

export type ScalarKind = Extract<Control, { kind: 'text' | 'secret' | 'choice' | 'switch' | 'scalar' }>;

interface Props extends ControlProps {
  readonly control: ScalarKind;
  readonly isFaulty: boolean;
}

const SCALARS: ReadonlySet<Control['kind']> = new Set(['text', 'secret', 'choice', 'switch', 'scalar']);

export function isScalarControl(control: Control): control is ScalarKind {
  return SCALARS.has(control.kind);
}

/** A control for a text, a number, a boolean or one of a few texts. */
export function ScalarControl({ control, ...props }: Props) {
  const { keys, value, isRequired, onChange } = props;
  const attributes = attributesOf(props);
  switch (control.kind) {
    case 'switch':
      return (
        <input
          {...attributes}
          type="checkbox"
          checked={value === true}
          onInput={(event) => onChange(keys, event.currentTarget.checked ? true : undefined)}
        />
      );
    case 'choice':
      return (
        <select
          {...attributes}
          value={textOf(value)}
          onInput={(event) => onChange(keys, event.currentTarget.value || undefined)}
        >
          {!(isRequired && control.options.includes(textOf(value))) && <option value="">not set</option>}
          {optionsWith(control.options, textOf(value)).map((option) => (
            <option key={option} value={option}>
              {option}
            </option>
          ))}
        </select>
      );
    case 'scalar':
      return <AnyScalar {...props} />;
    default:
      return (
        <input
          {...attributes}
          type={control.kind === 'secret' ? 'password' : 'text'}
          autocomplete="off"
          spellcheck={false}
          value={textOf(value)}
          onInput={(event) => {
            const text = event.currentTarget.value;
            // A key of the configuration that is emptied is not set; a cell of a row is an empty side of it.
            onChange(keys, text === '' && keys.length === 1 ? undefined : text);
          }}
        />
      );
  }
}

/** A text, a number or a boolean: its type is chosen beside it. */
function AnyScalar(props: Omit<Props, 'control'>) {
  const { keys, value, label, onChange } = props;
  const type = typeof value === 'number' || typeof value === 'boolean' ? typeof value : 'string';
  const attributes = attributesOf(props);
  return (
    <span class="scalar">
      {type === 'boolean' ? (
        <select
          {...attributes}
          value={String(value)}
          onInput={(event) => onChange(keys, event.currentTarget.value === 'true')}
        >
          <option value="true">true</option>
          <option value="false">false</option>
        </select>
      ) : type === 'number' ? (
        <NumberField {...props} />
      ) : (
        <input
          {...attributes}
          type="text"
          autocomplete="off"
          spellcheck={false}
          value={textOf(value)}
          onInput={(event) => onChange(keys, event.currentTarget.value)}
        />
      )}
      <select
        key="type"
        aria-label={`Type of ${label}`}
        value={type}
        onInput={(event) => onChange(keys, asType(event.currentTarget.value, textOf(value)))}
      >
        <option value="string">text</option>
        <option value="number">number</option>
        <option value="boolean">true/false</option>
      </select>
    </span>
  );
}

/** A number is taken over when the field is left: before that, it may be the beginning of another one. */
function NumberField(props: Omit<Props, 'control'>) {
  const { keys, value, onChange } = props;
  const [draft] = useDraft(textOf(value), (typed) => {
    onChange(keys, asType('number', typed));
    return true;
  });
  return (
    <input
      {...attributesOf(props)}
      type="number"
      step="any"
      autocomplete="off"
      spellcheck={false}
      {...draft}
    />
  );
}

function asType(type: string, text: string): unknown {
  if (type === 'boolean') return text === 'true';
  if (type === 'number') return Number.isFinite(Number(text)) ? Number(text) : 0;
  return text;
}

/** A value that is none of the options stays what it is until another one is chosen. */
function optionsWith(options: readonly string[], text: string): readonly string[] {
  return text === '' || options.includes(text) ? options : [...options, text];
}
