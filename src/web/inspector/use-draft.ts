import { useState } from 'preact/hooks';

/** An `input` or a `textarea`. */
type TextField = HTMLInputElement | HTMLTextAreaElement;

/** The attributes of a field with a draft. */
interface DraftAttributes {
  readonly value: string;
  readonly onInput: (event: { readonly currentTarget: TextField }) => void;
  readonly onChange: (event: { readonly currentTarget: TextField }) => void;
  readonly onBlur: () => void;
}

/**
 * Keeps what the user types in a field until the user leaves it. Without it, each rendering writes the old value back: the page renders
 * with each move of the pointer.
 *
 * @param text what the field shows otherwise
 * @param take takes the text over when the field is left or Enter is pressed; `false` refuses it, and the text stays in the field
 * @returns the attributes of the field, and whether its text is refused
 */
export function useDraft(text: string, take: (typed: string) => boolean): [DraftAttributes, boolean] {
  const [draft, setDraft] = useState<{ readonly text: string; readonly isRefused: boolean }>();
  const attributes: DraftAttributes = {
    value: draft?.text ?? text,
    // While a refused text is corrected, its fault stays.
    onInput: ({ currentTarget: { value } }) =>
      setDraft((before) => ({ text: value, isRefused: before?.isRefused === true })),
    onChange: ({ currentTarget: { value } }) =>
      setDraft(take(value) ? undefined : { text: value, isRefused: true }),
    // The browser reports no change for a text that was typed and taken back.
    onBlur: () => setDraft((left) => (left?.isRefused === true ? left : undefined)),
  };
  return [attributes, draft?.isRefused === true];
}
