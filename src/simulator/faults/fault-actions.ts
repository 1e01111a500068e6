import { isObject } from '../../core/index.js';
import { page, problem, type Reply } from '../http/index.js';
import type { Fault, FaultName } from './faults.js';

/** What the server does for a fault; `write` says whether it carries out the request first. */
export type FaultAction =
  | { readonly act: 'answer'; readonly reply: Reply; readonly write: boolean }
  /** Closes the socket without an answer. */
  | { readonly act: 'destroy'; readonly write: boolean }
  /** Ends the connection with a TCP reset. */
  | { readonly act: 'reset'; readonly write: boolean }
  /** Sends the beginning of the right answer, then closes the socket. */
  | { readonly act: 'truncate'; readonly write: true }
  /** Sends no answer and keeps the socket open until the client gives up or the simulator is closed. */
  | { readonly act: 'hang'; readonly write: boolean }
  | { readonly act: 'delay'; readonly delayMs: number; readonly write: true };

/**
 * The `Location` of `redirect-302`. It leads to the simulator itself, which counts the clients that follow
 * it.
 */
export const REDIRECT_PATH = '/__simulator/redirected';

const instead = (reply: Reply): FaultAction => ({ act: 'answer', reply, write: false });

const ERROR_500 = problem(500, 'Unexpected error');

/** What each named fault does. */
export const FAULT_ACTIONS: Readonly<Record<FaultName, FaultAction>> = {
  'error-500': instead(ERROR_500),
  'error-500-after-write': { act: 'answer', reply: ERROR_500, write: true },
  'empty-502': instead({ status: 502 }),
  'html-503': instead(page(503, '503 Service Temporarily Unavailable')),
  'html-404': instead(page(404, '404 Not Found')),
  'html-403': instead(page(403, '403 Forbidden')),
  'redirect-302': instead({ status: 302, headers: { location: REDIRECT_PATH } }),
  'timeout-408': instead(problem(408, 'Request timed out')),
  'throttle-429': instead(problem(429, 'Too many requests')),
  'destroy-before-write': { act: 'destroy', write: false },
  'destroy-after-write': { act: 'destroy', write: true },
  'reset-before-write': { act: 'reset', write: false },
  'reset-after-write': { act: 'reset', write: true },
  'truncated-answer': { act: 'truncate', write: true },
  hang: { act: 'hang', write: false },
  'hang-after-write': { act: 'hang', write: true },
  slow: { act: 'delay', delayMs: 1000, write: true },
};

/** What the server does for a fault: a name, an answer or a delay. */
export function actionOf(fault: Fault): FaultAction {
  if (typeof fault === 'string') return FAULT_ACTIONS[fault];
  if ('delayMs' in fault) return { act: 'delay', delayMs: fault.delayMs, write: true };
  const { status, headers = {}, body, afterWrite = false } = fault;
  const reply: Reply = { status, headers, ...(body === undefined ? {} : { text: body }) };
  return { act: 'answer', reply, write: afterWrite };
}

/** Whether a value is a fault: a name, an answer with a final status, or a delay of 0 ms or more. */
export function isFault(value: unknown): value is Fault {
  if (typeof value === 'string') return Object.hasOwn(FAULT_ACTIONS, value);
  if (!isObject(value)) return false;
  const { status, delayMs } = value;
  if (delayMs !== undefined) return typeof delayMs === 'number' && Number.isFinite(delayMs) && delayMs >= 0;
  return typeof status === 'number' && Number.isInteger(status) && status >= 200 && status <= 599;
}
