import { NOTE_TEXTS } from '../../../core/index.js';
import type { Explanation, Warning } from '../../../destinations/gainsight_px/index.js';
import { WARNING_ADVICE } from '../remedies/advice.js';
import { planPlace } from '../places.js';
import { litBy, type Lighting } from './lighting.js';

interface Props {
  readonly explanation: Explanation;
  readonly lighting: Lighting;
}

/** What PX would refuse or mangle, what to do, and what the plan leaves out. */
export function Warnings({ explanation, lighting }: Props) {
  const { warnings, notes = [], fields } = explanation;
  const about = ({ field }: Warning) => {
    const found = fields.find(({ to }) => to === field);
    return found === undefined ? (
      <code>{field}</code>
    ) : (
      <button type="button" {...litBy(planPlace(found), lighting)}>
        <code>{field}</code>
      </button>
    );
  };
  return (
    <ul class="warnings">
      {warnings.map((warning, index) => (
        <li key={index}>
          {about(warning)} {warning.message}. <span class="soft">{WARNING_ADVICE[warning.code]}</span>
        </li>
      ))}
      {notes.map((note) => (
        <li key={note}>{NOTE_TEXTS[note]}.</li>
      ))}
    </ul>
  );
}
