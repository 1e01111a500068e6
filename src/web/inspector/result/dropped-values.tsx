import { useMemo, useState } from 'preact/hooks';
import { DROP_REASON_TEXTS } from '../../../core/index.js';
import type {
  DestinationConfig,
  DroppedValue,
  Explanation,
} from '../../../destinations/gainsight_px/index.js';
import { namesOneValue } from '../places.js';
import { remedies } from '../remedies/remedies.js';
import type { Remedy } from '../remedies/remedy.js';
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
  // Not anew whenever something lights up.
  const rows = useMemo(
    () =>
      dropped
        .slice(0, shown)
        .map((value) => ({ value, found: remedies(value, explanation, message, config) })),
    [explanation, message, config, shown],
  );
  const row = ({ value, found }: { readonly value: DroppedValue; readonly found: readonly Remedy[] }) => (
    <li key={`${value.reason} ${value.path}`}>
      <p>
        <DroppedPath path={value.path} message={message} lighting={lighting} />{' '}
        <span class="soft">{value.type}</span> · {DROP_REASON_TEXTS[value.reason]}
      </p>
      <RemedyList found={found} onConfig={onConfig} />
    </li>
  );
  return (
    <>
      <ul class="dropped">{rows.map(row)}</ul>
      {hidden > 0 && (
        <button type="button" onClick={() => setShown(shown + SHOWN)}>
          Show {Math.min(hidden, SHOWN)} of {hidden} more
        </button>
      )}
    </>
  );
}

/** Lights the value in the event, unless another one has the same path: that one may be sent. */
function DroppedPath({
  path,
  message,
  lighting,
}: Pick<Props, 'message' | 'lighting'> & { readonly path: string }) {
  const text = (
    <>
      <span class="unseen">not sent: </span>
      <del>{path}</del>
    </>
  );
  if (!namesOneValue(message, path)) return <span>{text}</span>;
  return (
    <button type="button" {...litBy({ in: 'event', path }, lighting)}>
      {text}
    </button>
  );
}
