import type { LiveQuery } from '../../web/index.js';
import { isCursor } from './live-cursor.js';

/** The filters of a query, by what they look in. */
export const FILTERS = ['user', 'code', 'event'] as const;

const DEFAULT_LIMIT = 300;
const MOST_LIMIT = 1_000;
const LONGEST_FILTER = 200;

/** A query of `GET /live/events` that cannot be answered. */
export class LiveQueryError extends Error {
  override readonly name = 'LiveQueryError';
}

/** A parsed query, with its defaults. */
export type ParsedLiveQuery = LiveQuery & Required<Pick<LiveQuery, 'limit'>>;

/**
 * Parses the query of a URL; it ignores other names than its own.
 *
 * @throws LiveQueryError
 */
export function parseLiveQuery(query: Readonly<Record<string, unknown>>): ParsedLiveQuery {
  const { after, limit = String(DEFAULT_LIMIT) } = query;
  if (after !== undefined && (typeof after !== 'string' || !isCursor(after))) {
    throw new LiveQueryError('after: expected the cursor of an earlier answer');
  }
  const number = typeof limit === 'string' && /^\d{1,4}$/.test(limit) ? Number(limit) : 0;
  if (number < 1 || number > MOST_LIMIT) {
    throw new LiveQueryError(`limit: expected a whole number from 1 to ${MOST_LIMIT}`);
  }
  const filters = FILTERS.flatMap((name) => {
    const text = query[name];
    if (text === undefined) return [];
    if (typeof text !== 'string' || text.length > LONGEST_FILTER) {
      throw new LiveQueryError(`${name}: expected one text of at most ${LONGEST_FILTER} characters`);
    }
    return [[name, text] as const];
  });
  return { ...(after === undefined ? {} : { after }), limit: number, ...Object.fromEntries(filters) };
}
