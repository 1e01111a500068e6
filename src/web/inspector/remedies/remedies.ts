import { isObject } from '../../../core/index.js';
import {
  explain,
  type DestinationConfig,
  type DroppedValue,
  type Explanation,
} from '../../../destinations/gainsight_px/index.js';
import { withPlaceholder } from '../inspection.js';
import { sourceOf } from '../places.js';
import { adviceFor } from './advice.js';
import { candidates } from './changes.js';
import type { Case, Remedy } from './remedy.js';

/**
 * What would let a dropped value through: first the changes of the configuration that do, each tried with the mapping itself, then what can
 * be changed in the event. Never empty.
 *
 * @param config as the user wrote it; the key may be missing
 */
export function remedies(
  dropped: DroppedValue,
  explanation: Explanation,
  message: unknown,
  config: DestinationConfig,
): readonly Remedy[] {
  const object = mappedObject(message);
  const trait = object === undefined ? undefined : traitName(dropped.path, object);
  const subject: Case = { dropped, explanation, message, config, object, trait };
  const changes = candidates(subject).filter(({ next }) => sends(subject, next));
  const advice = adviceFor(subject);
  return [
    ...changes.map((change) => ({ kind: 'change', ...change }) as const),
    // A trait that nothing reads is right as it is.
    ...(changes.length > 0 && dropped.reason === 'unmapped'
      ? []
      : [{ kind: 'event', text: advice } as const]),
  ];
}

function mappedObject(message: unknown): Case['object'] {
  const type = isObject(message) && typeof message.type === 'string' ? message.type.toLowerCase() : '';
  if (type === 'identify') return 'user';
  return type === 'group' ? 'account' : undefined;
}

function traitName(path: string, object: 'user' | 'account'): string | undefined {
  const root = ['traits.', ...(object === 'user' ? ['context.traits.'] : [])].find((start) =>
    path.startsWith(start),
  );
  return root === undefined ? undefined : path.slice(root.length);
}

/** Whether more fields get the value with another configuration, and no other value loses one. */
function sends({ dropped: { path }, explanation, message }: Case, next: DestinationConfig): boolean {
  const fed = ({ fields }: Explanation): number => fields.filter(({ from }) => from === path).length;
  const changed = explain(message as never, withPlaceholder(next));
  return changed.plan !== undefined && fed(changed) > fed(explanation) && keepsAll(explanation, changed);
}

/** Whether each value of the event feeds as many fields as before, by itself or in an object around it. A default may give way. */
function keepsAll(before: Explanation, after: Explanation): boolean {
  const counts = fieldCounts(before);
  const left = fieldCounts(after);
  return [...counts].every(([path, count]) => {
    let kept = 0;
    for (let end = path.length; end > 0 && kept < count; end = path.lastIndexOf('.', end - 1)) {
      kept += left.get(path.slice(0, end)) ?? 0;
    }
    return kept >= count;
  });
}

/** How many fields come from each value of the event. */
function fieldCounts({ fields }: Explanation): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const field of fields) {
    const source = sourceOf(field);
    if (source.in !== 'event' || source.isDefault) continue;
    counts.set(source.path, (counts.get(source.path) ?? 0) + 1);
  }
  return counts;
}
