import { useState } from 'preact/hooks';
import {
  DROP_REASON_TEXTS,
  type DestinationConfig,
  type DroppedValue,
  type Explanation,
} from '../../../destinations/gainsight_px/index.js';
import { remedies } from '../remedies/remedies.js';
import { litBy, type Lighting } from './lighting.js';
import { RemedyList } from './remedy-list.js';

interface Props {
  readonly explanation: Explanation;
  readonly message: unknown;
  readonly config: DestinationConfig;
  readonly lighting: Lighting;
  readonly onConfig: (next: DestinationConfig) => void;
}

/** Each value asks the mapping what would let it through, so not all of very many are shown at once. */
const SHOWN = 40;

/** The values of the event that are not sent: why, and what would let them through. */
export function DroppedValues({ explanation, message, config, lighting, onConfig }: Props) {
  const [shown, setShown] = useState(SHOWN);
  const { dropped } = explanation;
  const hidden = dropped.length - shown;
  const row = (value: DroppedValue) => (
    <li key={`${value.reason} ${value.path}`}>
      <p>
        <button type="button" {...litBy({ in: 'event', path: value.path }, lighting)}>
          <span class="unseen">not sent: </span>
          <del>{value.path}</del>
        </button>{' '}
        <span class="soft">{value.type}</span> · {DROP_REASON_TEXTS[value.reason]}
      </p>
      <RemedyList found={remedies(value, explanation, message, config)} onConfig={onConfig} />
    </li>
  );
  return (
    <>
      <ul class="dropped">{dropped.slice(0, shown).map(row)}</ul>
      {hidden > 0 && (
        <button type="button" onClick={() => setShown(shown + SHOWN)}>
          Show {Math.min(hidden, SHOWN)} of {hidden} more
        </button>
      )}
    </>
  );
}
