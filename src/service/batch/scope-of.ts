import type { RequestPlan } from '../../core/index.js';
import { shortName } from '../../runtime/index.js';

/** What the router tells two plans apart by: plans of two scopes share no lane. Holds the API key. */
export function scopeOf({ steps: [{ request }] }: RequestPlan): string {
  return shortName(`${new URL(request.endpoint).origin} ${JSON.stringify(request.headers)}`);
}
