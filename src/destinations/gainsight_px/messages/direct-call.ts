import { InstrumentationError, foundText, isInexactId, toIdAsWritten } from '../../../core/index.js';
import { notExact } from './identity.js';

/**
 * The id that a caller hands to a function about one user. A placeholder (`null`, `undefined` …) is taken as it is: what was written under
 * it must be erasable.
 *
 * @throws InstrumentationError `id_missing`, `id_not_exact`
 */
export function requireIdentifyId(value: unknown): string {
  const id = toIdAsWritten(value);
  if (id !== undefined) return id;
  if (isInexactId(value)) throw notExact('identifyId');
  const message = `expected a non-blank, well-formed string or a finite number, found ${foundText(value)}`;
  throw new InstrumentationError('id_missing', `identifyId is not usable: ${message}`, {
    issues: [{ path: 'identifyId', message }],
  });
}
