import type { DestinationConfig } from '../../../destinations/gainsight_px/index.js';
import type { InspectedInput } from '../../data/inspected-input.js';
import type { Place } from '../highlight.js';
import type { Inspection } from '../inspection.js';

interface Props {
  readonly input: InspectedInput;
  readonly inspection: Inspection;
  readonly lit: readonly Place[];
  readonly onLight: (places: readonly Place[]) => void;
  /** Replaces the configuration. */
  readonly onConfig: (next: DestinationConfig) => void;
}

/** What becomes of the event. */
export function Result({ inspection: { explanation } }: Props) {
  return (
    <section aria-label="Result">
      <pre>{JSON.stringify(explanation?.plan?.steps[0].request.body, null, 2)}</pre>
    </section>
  );
}
