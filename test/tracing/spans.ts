import type { SentRequest } from '../../src/service';

/** What tests report. */
export const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
export const PARENT_ID = 'b7ad6b7169203331';
export const PARENT = { traceparent: `00-${TRACE_ID}-${PARENT_ID}-01` };
export const SERVED = { method: 'POST', route: '/routerTransform', startMs: Date.UTC(2026, 0, 1) + 0.25 };
export const END = {
  status: 200,
  outcomes: { delivered: 1 },
  codes: [],
  endMs: SERVED.startMs + 100.5,
} as const;

export const SENT: SentRequest = {
  record: {
    step: 'updateUser',
    route: 'users.update',
    effect: 'upsert',
    method: 'PUT',
    status: 204,
    durationMs: 10,
    waitedMs: 3.5,
    verdict: 'ok',
  },
  address: 'api.aptrinsic.com',
  port: 443,
  template: '/v1/users/{identifyId}',
  resends: 0,
  startMs: SERVED.startMs + 5,
  endMs: SERVED.startMs + 15,
};
