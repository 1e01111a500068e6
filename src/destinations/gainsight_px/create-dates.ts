import { compileRow, findRow } from '../../core/mapping/read-row.js';
import type { Place, Recorder } from '../../core/mapping/record.js';
import type { Sources } from '../../core/mapping/sources.js';
import type { Draft } from '../../core/mapping/walk.js';
import { EVENT_TIME } from './fields.js';

const TIME = compileRow(EVENT_TIME);

/**
 * The dates that a create adds to `body`: what the traits do not say, the event's own time says.
 *
 * They are to be put before the spread body in one literal: adding a key to an object made by a spread is ten times slower than
 * that (V8 in Node 20).
 */
export function createDates(
  names: readonly string[],
  body: Draft,
  sources: Sources,
  place: Place,
  record: Recorder | undefined,
): Draft {
  const dates: Draft = {};
  const missing = names.filter((name) => body[name] === undefined);
  const time = missing.length > 0 ? findRow(sources, TIME, record) : undefined;
  if (time === undefined) return dates;
  for (const name of missing) {
    dates[name] = time.value;
    record?.wrote(place, name, `default: ${time.path}`, time.value);
  }
  return dates;
}
