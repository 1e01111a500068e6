import { type RouteName, judge, type Verdict } from '../../core/index.js';
import { mayHaveArrived } from './transport-error.js';
import type { Exchange } from './transport.js';

/** Whether a route is called for its answer. */
export function reads(route: RouteName): boolean {
  return route === 'preferences.get';
}

/** What came back means: as `judge` says, where the body matters only if it came whole. */
export function judgeExchange(exchange: Exchange, route: RouteName): Verdict {
  const { status, html, errorCode } = exchange;
  if (status === undefined) return 'unreachable';
  const verdict = judge({ status, html });
  // Without the body, nobody can tell whether a 404 is PX's or a gateway's.
  if (verdict === 'notFound' && errorCode !== undefined) return 'unreachable';
  if (verdict === 'ok' && reads(route)) {
    if (errorCode !== undefined) return 'unreachable';
    if (!isJsonObject(exchange.text)) return 'unavailable';
  }
  return verdict;
}

/** Whether PX may have carried out a request whose attempt ended without success: the answer got lost, or a gateway gave up. */
export function mayHaveLanded({ status, errorCode }: Exchange): boolean {
  if (status === undefined) return mayHaveArrived(errorCode ?? '');
  return status >= 500 || status === 408;
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null;
  } catch {
    return false;
  }
}
