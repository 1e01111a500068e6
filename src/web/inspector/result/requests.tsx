import type { RequestPlan } from '../../../core/index.js';
import type { ExplainedField } from '../../../destinations/gainsight_px/index.js';
import { curlCommand } from '../copy/curl.js';
import { edgesOf, reachedBy } from '../diagram/edges.js';
import type { Walk } from '../walk.js';
import { LinkedLines } from './linked-lines.js';
import type { Lighting } from './lighting.js';

interface Props {
  readonly plan: RequestPlan;
  readonly fields: readonly ExplainedField[];
  readonly walk: Walk;
  readonly lighting: Lighting;
  /** The plan without the key, wherever the input holds it. */
  readonly copied: () => RequestPlan;
  readonly onCopy: (what: string, textOf: () => string) => void;
}

/** The requests of a plan as they would be sent, each with the answers that lead to it. */
export function Requests({ plan, fields, walk, lighting, copied, onCopy }: Props) {
  const edges = edgesOf(plan);
  const isSent = (id: string): boolean => walk.visited.some(({ step }) => step.id === id);
  return (
    <ol class="requests">
      {plan.steps.map((step, index) => (
        <li key={step.id}>
          <details open={index === 0}>
            <summary class={isSent(step.id) ? undefined : 'soft'}>
              <b>{step.id}</b> <code>{step.request.method}</code>{' '}
              <span class="soft">{reachedBy(edges, step.id)}</span>
            </summary>
            <LinkedLines step={step} fields={fields} lighting={lighting} />
            <button
              type="button"
              onClick={() => onCopy(`${step.id} as curl`, () => curlCommand(copied().steps[index] ?? step))}
            >
              Copy as curl
            </button>
          </details>
        </li>
      ))}
    </ol>
  );
}
