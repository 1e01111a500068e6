import type { FastifyRequest } from 'fastify';
import type { ErrorCode } from '../../core/index.js';
import type { Context } from '../context.js';
import { isFailed, type JobResult } from '../batch/job-result.js';
import type { EventCounts, EventOutcome } from './event-outcome.js';

/** How one event ended, and why it was not delivered. */
export interface EventFate {
  /** Of its message; `user` for an erasure. */
  readonly type: string;
  readonly outcome: EventOutcome;
  readonly code?: ErrorCode;
}

/** The fate of an event that was answered so; the reason is told where it was neither delivered nor handed over. */
export function fateOf(type: string, outcome: EventOutcome, result: JobResult): EventFate {
  const isReason = outcome !== 'delivered' && outcome !== 'handedOver' && isFailed(result);
  return isReason ? { type, outcome, code: result.code } : { type, outcome };
}

/** Counts how the events of a request ended, for the metrics and the request's log line. */
export function countEvents(
  route: string,
  fates: readonly EventFate[],
  request: FastifyRequest,
  { metrics }: Pick<Context, 'metrics'>,
): void {
  const counts: EventCounts = {};
  const codes: Partial<Record<ErrorCode, number>> = {};
  const byLabels = new Map<string, EventFate & { count: number }>();
  for (const fate of fates) {
    const { type, outcome, code } = fate;
    counts[outcome] = (counts[outcome] ?? 0) + 1;
    if (code !== undefined) codes[code] = (codes[code] ?? 0) + 1;
    const labels = `${type} ${outcome} ${code ?? ''}`;
    const known = byLabels.get(labels);
    if (known === undefined) byLabels.set(labels, { ...fate, count: 1 });
    else known.count += 1;
  }
  for (const { type, outcome, code, count } of byLabels.values()) {
    metrics.events(route, type, outcome, count);
    if (code !== undefined) metrics.eventReasons(route, outcome, code, count);
  }
  request.eventCounts = counts;
  if (Object.keys(codes).length > 0) request.eventCodes = codes;
}
