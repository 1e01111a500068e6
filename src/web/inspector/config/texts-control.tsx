import { useDraft } from '../use-draft.js';
import { attributesOf, type ControlProps } from './control-props.js';

interface Props extends ControlProps {
  readonly texts: readonly string[];
  readonly isFaulty: boolean;
}

/** A list of texts, each on a line of its own. It is taken over when the field is left. */
export function TextsControl({ texts, keys, onChange, ...props }: Props) {
  const [draft] = useDraft(texts.join('\n'), (typed) => {
    const lines = typed.split('\n').filter((line) => line.trim() !== '');
    onChange(keys, lines.length === 0 ? undefined : lines);
    return true;
  });
  return (
    <textarea
      {...attributesOf({ keys, ...props })}
      rows={Math.max(2, texts.length + 1)}
      placeholder="one in each line"
      spellcheck={false}
      {...draft}
    />
  );
}
