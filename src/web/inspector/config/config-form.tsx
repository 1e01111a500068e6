import schema from '../../../../config.schema.json';
import type { Issue, JsonObject } from '../../../core/index.js';
import { useEffect, useState } from 'preact/hooks';
import { withValueAt, type Keys } from './change.js';
import { idOf } from './control-props.js';
import { formFields, type FormField } from './form-model.js';
import { ValueControl } from './value-control.js';

interface Props {
  readonly config: JsonObject;
  readonly issues: readonly Issue[];
  /** The paths that light up. */
  readonly lit: readonly string[];
  readonly onConfig: (next: JsonObject) => void;
  /** The pointer or the focus is on the value of this path; `undefined`: no longer. */
  readonly onPoint: (path: string | undefined) => void;
}

const FIELDS = formFields(schema);
const OWN_FIELDS = FIELDS.filter(({ isExtension }) => !isExtension);
const EXTENSIONS = FIELDS.filter(({ isExtension }) => isExtension);

/** The configuration as a form: a field for each key of the schema. Keys that the schema does not know are kept. */
export function ConfigForm({ config, issues, lit, onConfig, onPoint }: Props) {
  const used = EXTENSIONS.filter(({ key }) => config[key] !== undefined && config[key] !== null);
  const needsLook = issues.some(({ path }) => EXTENSIONS.some(({ key }) => isWithin(path, key)));
  const [isOpen, setOpen] = useState(used.length > 0);
  useEffect(() => {
    if (needsLook) setOpen(true);
  }, [needsLook]);
  const onChange = (keys: Keys, next: unknown): void =>
    onConfig(withValueAt(config, keys, next) as JsonObject);
  const fieldOf = (field: FormField) => (
    <Field
      key={field.key}
      field={field}
      value={config[field.key]}
      issues={issues}
      lit={lit}
      onChange={onChange}
    />
  );
  const unknown = Object.keys(config).filter((key) => !FIELDS.some((field) => field.key === key));
  return (
    <form
      class="config-form"
      onSubmit={(event) => event.preventDefault()}
      onMouseOver={(event) => onPoint(pathOf(event.target))}
      onMouseLeave={() => onPoint(undefined)}
      onFocusIn={(event) => onPoint(pathOf(event.target))}
      onFocusOut={() => onPoint(undefined)}
    >
      {OWN_FIELDS.map(fieldOf)}
      <details open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>Extensions ({used.length === 0 ? 'none set' : `${used.length} set`})</summary>
        {EXTENSIONS.map(fieldOf)}
      </details>
      {unknown.length > 0 && <p class="hint">Kept, but without effect: {unknown.join(', ')}.</p>}
    </form>
  );
}

/** The path of the field or row that an element is in. */
function pathOf(target: EventTarget | null): string | undefined {
  return target instanceof Element ? target.closest<HTMLElement>('[data-path]')?.dataset.path : undefined;
}

function isWithin(path: string, key: string): boolean {
  return path === key || path.startsWith(`${key}.`);
}

interface FieldProps {
  readonly field: FormField;
  readonly value: unknown;
  readonly issues: readonly Issue[];
  readonly lit: readonly string[];
  readonly onChange: (keys: Keys, next: unknown) => void;
}

function Field({ field, value, issues, lit, onChange }: FieldProps) {
  const { key, control, isRequired, description } = field;
  const isSingle =
    control.kind === 'text' ||
    control.kind === 'secret' ||
    control.kind === 'choice' ||
    control.kind === 'switch';
  // The page needs no key, and `inspect` puts a placeholder in its place.
  const isNeeded = isRequired && control.kind !== 'secret';
  return (
    <div class={`field${isSingle ? ' single' : ''}${lit.includes(key) ? ' lit' : ''}`} data-path={key}>
      {isSingle ? <label for={idOf([key])}>{key}</label> : <h3>{key}</h3>}
      <div class={control.kind === 'switch' ? 'control switch' : 'control'}>
        <ValueControl
          control={control}
          label={key}
          keys={[key]}
          value={value}
          issues={issues}
          lit={lit}
          isRequired={isNeeded}
          onChange={onChange}
        />
        <p class="hint">
          {control.kind === 'secret' ? 'Not needed here, and never part of a link. ' : ''}
          {isNeeded ? 'Required. ' : ''}
          {description}
        </p>
      </div>
    </div>
  );
}
