import { useState } from 'preact/hooks';
import { attributesOf, idOf, type ControlProps } from './control-props.js';

/** A value that has no control of its own, as JSON on one line. It is taken over when the field is left. */
export function JsonControl({
  keys,
  value,
  onChange,
  isFaulty,
  ...props
}: ControlProps & { readonly isFaulty: boolean }) {
  /** What is not JSON, and so not part of the configuration. */
  const [draft, setDraft] = useState<string>();
  const take = (text: string): void => {
    try {
      onChange(keys, text.trim() === '' ? undefined : (JSON.parse(text) as unknown));
      setDraft(undefined);
    } catch {
      setDraft(text);
    }
  };
  const draftFault = `${idOf(keys)}-draft`;
  return (
    <>
      <input
        {...attributesOf({ keys, isFaulty, ...props })}
        {...(draft === undefined ? {} : { 'aria-invalid': true, 'aria-describedby': draftFault })}
        type="text"
        class="json"
        spellcheck={false}
        autocomplete="off"
        value={draft ?? (value === undefined ? '' : JSON.stringify(value))}
        onChange={(event) => take(event.currentTarget.value)}
      />
      {draft !== undefined && (
        <p class="fault" id={draftFault}>
          expected JSON: this is not part of the configuration yet
        </p>
      )}
    </>
  );
}
