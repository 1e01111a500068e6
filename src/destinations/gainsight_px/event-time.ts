import { compileRow, findRow } from '../../core/mapping/read-row.js';
import type { Place, Recorder } from '../../core/mapping/record.js';
import type { Sources } from '../../core/mapping/sources.js';
import type { Draft } from '../../core/mapping/walk.js';
import { EVENT_TIME } from './fields.js';

const TIME = compileRow(EVENT_TIME);

/**
 * The event's time in epoch milliseconds, for those of `names` that a body does not say itself; `undefined` when it says all, or
 * the event has no time.
 *
 * The caller puts it before the body that it spreads (`{ createDate: time, ...body }`), so that the body's own dates win. Adding a
 * key to an object after a spread would be ten times slower (V8 in Node 20).
 */
export function eventTimeFor(
  names: readonly string[],
  body: Draft,
  sources: Sources,
  place: Place,
  record: Recorder | undefined,
): number | undefined {
  let missing = false;
  for (const name of names) missing ||= body[name] === undefined;
  if (!missing) return undefined;
  const time = findRow(sources, TIME, record);
  if (record !== undefined && time !== undefined) {
    for (const name of names) {
      if (body[name] === undefined) record.wrote(place, name, `default: ${time.path}`, time.value);
    }
  }
  return time?.value;
}
