import { InstrumentationError } from '../../core/errors.js';
import { typeName } from '../../core/json-object.js';
import { CONVERTERS } from '../../core/mapping/convert.js';

/** The id that a caller hands to a function about one user. @throws InstrumentationError `id_missing` */
export function requireIdentifyId(value: unknown): string {
  const id = CONVERTERS.id(value);
  if (id !== undefined) return id;
  const expected = 'a non-blank, well-formed string or a finite number';
  throw new InstrumentationError('id_missing', `identifyId is not usable: expected ${expected}`, {
    faults: [{ path: 'identifyId', message: `expected ${expected}, found ${typeName(value)}` }],
  });
}
