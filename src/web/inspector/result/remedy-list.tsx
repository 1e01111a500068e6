import type { DestinationConfig } from '../../../destinations/gainsight_px/index.js';
import type { Remedy } from '../remedies/remedy.js';

interface Props {
  readonly found: readonly Remedy[];
  readonly onConfig: (next: DestinationConfig) => void;
}

/** Changes of the configuration as buttons, and what to change in the event as text. */
export function RemedyList({ found, onConfig }: Props) {
  return (
    <ul class="remedies">
      {found.map((remedy) =>
        remedy.kind === 'change' ? (
          <li key={remedy.label + remedy.detail}>
            <button type="button" onClick={() => onConfig(remedy.next)}>
              {remedy.label}
            </button>{' '}
            <span>{remedy.detail}</span>
          </li>
        ) : (
          <li key={remedy.text}>{remedy.text}</li>
        ),
      )}
    </ul>
  );
}
