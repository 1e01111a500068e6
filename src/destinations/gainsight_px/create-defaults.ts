import { findRow, type CompiledRow } from '../../core/mapping/read-row.js';
import type { MappedObject, Recorder } from '../../core/mapping/record.js';
import type { Sources } from '../../core/mapping/sources.js';
import type { Draft } from '../../core/mapping/walk.js';

/** Completes the body of a create, in place: what the traits do not say, the event's own time says. */
export function addCreateDefaults(
  body: Draft,
  defaults: readonly CompiledRow[],
  object: MappedObject,
  sources: Sources,
  record: Recorder | undefined,
): Draft {
  for (const row of defaults) {
    if (body[row.to] !== undefined) continue;
    const found = findRow(sources, row, record);
    if (found === undefined) continue;
    body[row.to] = found.value;
    record?.wrote(object, row.to, `default: ${found.path}`, found.value);
  }
  return body;
}
