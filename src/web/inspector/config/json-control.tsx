import { useDraft } from '../use-draft.js';
import { attributesOf, idOf, type ControlProps } from './control-props.js';

/** A value that has no control of its own, as JSON on one line. It is taken over when the field is left. */
export function JsonControl({
  keys,
  value,
  onChange,
  isFaulty,
  ...props
}: ControlProps & { readonly isFaulty: boolean }) {
  const text = value === undefined ? '' : JSON.stringify(value);
  const [draft, isRefused] = useDraft(text, (typed) => {
    try {
      onChange(keys, typed.trim() === '' ? undefined : (JSON.parse(typed) as unknown));
      return true;
    } catch {
      return false;
    }
  });
  const draftFault = `${idOf(keys)}-draft`;
  return (
    <>
      <input
        {...attributesOf({ keys, isFaulty, ...props })}
        {...(isRefused ? { 'aria-invalid': true, 'aria-describedby': draftFault } : {})}
        type="text"
        class="json"
        spellcheck={false}
        autocomplete="off"
        {...draft}
      />
      {isRefused && (
        <p class="fault" id={draftFault}>
          expected JSON: this is not part of the configuration yet
        </p>
      )}
    </>
  );
}
