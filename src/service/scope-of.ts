import type { RequestPlan } from '../core/plan.js';
import { shortKey } from './digest.js';

/** What the router tells two plans apart by: plans of two scopes share no lane. Holds the API key. */
export function scopeOf({ steps: [{ request }] }: RequestPlan): string {
  return shortKey(`${new URL(request.endpoint).origin} ${JSON.stringify(request.headers)}`);
}
