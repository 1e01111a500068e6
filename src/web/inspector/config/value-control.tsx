import { isObject, type JsonObject } from '../../../core/index.js';
import { Fault, isNotSet, isRows, isTexts, type ControlProps } from './control-props.js';
import type { Control } from './form-model.js';
import { JsonControl } from './json-control.js';
import { NamesControl } from './names-control.js';
import { RowsControl } from './rows-control.js';
import { isScalarControl, ScalarControl } from './scalar-control.js';
import { TextsControl } from './texts-control.js';

type Props = ControlProps & { readonly control: Control };

/**
 * A control for one value of the configuration, with its faults below it. A value of another form than the control is made for is shown as
 * JSON, so that nothing is hidden and nothing is lost.
 */
export function ValueControl(props: Props) {
  const { value, keys, issues } = props;
  const path = keys.join('.');
  const shown = shownBy(props);
  const own = issues.filter(
    (issue) => issue.path === path || (shown === undefined && issue.path.startsWith(`${path}.`)),
  );
  const messages = own.map((issue) =>
    issue.path === path ? issue.message : `${issue.path.slice(path.length + 1)}: ${issue.message}`,
  );
  const isFaulty = own.length > 0;
  return (
    <>
      {shown ?? <JsonControl key={JSON.stringify(value)} {...props} isFaulty={isFaulty} />}
      <Fault keys={keys} messages={messages} />
    </>
  );
}

/** The control that fits the value; `undefined`: none does. */
function shownBy(props: Props) {
  const { control, value, keys } = props;
  if (isScalarControl(control)) {
    if (isObject(value) || Array.isArray(value)) return undefined;
    return <ScalarControl {...props} control={control} isFaulty={isFaultyAt(props)} />;
  }
  if (control.kind === 'rows' && (isNotSet(value) || isRows(value))) {
    return (
      <RowsControl
        {...props}
        rows={value ?? []}
        columns={control.columns}
        cell={(cell, column) => <ValueControl {...props} {...cell} control={column.control} />}
      />
    );
  }
  if (control.kind === 'texts' && (isNotSet(value) || isTexts(value))) {
    return <TextsControl {...props} texts={value ?? []} isFaulty={isFaultyAt(props)} />;
  }
  if (control.kind === 'names' && (isNotSet(value) || isObject(value))) {
    return (
      <NamesControl
        {...props}
        entries={value ?? {}}
        options={control.value.kind === 'choice' ? control.value.options : []}
        entry={(entry) => <ValueControl {...props} {...entry} control={control.value} />}
      />
    );
  }
  if (control.kind === 'object' && (isNotSet(value) || isObject(value))) {
    const entries: JsonObject = value ?? {};
    return (
      <>
        {control.entries.map((entry) => (
          <fieldset key={entry.key} class="group">
            <legend>{entry.key}</legend>
            <ValueControl
              {...props}
              control={entry.control}
              isRequired={entry.isRequired}
              label={`${props.label} ${entry.key}`}
              keys={[...keys, entry.key]}
              value={entries[entry.key]}
            />
          </fieldset>
        ))}
      </>
    );
  }
  return undefined;
}

function isFaultyAt({ issues, keys }: Props): boolean {
  return issues.some(({ path }) => path === keys.join('.'));
}
