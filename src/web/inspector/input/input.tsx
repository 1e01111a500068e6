import type { InspectedInput } from '../../data/inspected-input.js';
import type { Place } from '../highlight.js';
import type { Inspection } from '../inspection.js';

interface Props {
  readonly input: InspectedInput;
  readonly inspection: Inspection;
  readonly lit: readonly Place[];
  readonly onLight: (places: readonly Place[]) => void;
  readonly onInput: (next: InspectedInput) => void;
}

/** The event and the configuration. */
export function Input({ input, onInput }: Props) {
  return (
    <section aria-label="Input">
      <textarea
        aria-label="Event"
        value={input.eventText}
        onInput={(event) => onInput({ ...input, eventText: event.currentTarget.value })}
      />
      <textarea
        aria-label="Configuration"
        value={input.configText}
        onInput={(event) => onInput({ ...input, configText: event.currentTarget.value })}
      />
    </section>
  );
}
