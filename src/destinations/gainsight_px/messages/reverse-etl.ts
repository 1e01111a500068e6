import type { Sources } from '../../../core/index.js';

/**
 * Whether a message comes out of a warehouse and was not mapped to this destination by the host: then its `timestamp` is the time of the
 * sync, and the time of the event stands in a column (RudderStack documentation, "Reverse ETL").
 */
export function isSynced({ message, context }: Sources): boolean {
  if (message.channel !== 'sources') return false;
  const mapped = context?.mappedToDestination;
  return mapped !== true && mapped !== 'true';
}
