import type { JsonObject } from '../../src/core/json/json-object';
import type { DestinationObject } from './destination';
import { gatewayUserId } from './gateway';
import { HTTP_SOURCE, type Source } from './source';

/** An event for the destination, as a test gives it to the host. */
export interface HostEvent {
  readonly message: JsonObject;
  readonly destination: DestinationObject;
  /** Default: made of the ids of the message, as the gateway does. */
  readonly orderingKey?: string;
  /** Further metadata that the host does not know. */
  readonly metadata?: JsonObject;
  /** Default: an HTTP source. */
  readonly source?: Source;
  readonly recordId?: unknown;
  /** Default: tracing is off. */
  readonly traceparent?: string;
}

export const sourceOf = ({ source = HTTP_SOURCE }: HostEvent): Source => source;

/** At the end of a run, `Failed` and `Waiting` jobs were left when the host stopped or reached `patience`. */
export type JobState = 'New' | 'Waiting' | 'Failed' | 'Succeeded' | 'Filtered' | 'Aborted';

/** A job in the router's queue. */
export interface Job {
  readonly id: number;
  /** The number of its event in the run, from 1. */
  readonly eventNumber: number;
  readonly event: HostEvent;
  /** The host's ordering key, within its workspace and destination. */
  readonly userId: string;
  /** The payload from the processor's transform; undefined when the router must transform the event. */
  readonly payload?: unknown;
  readonly createdAt: string;
  attemptNum: number;
  firstAttemptedAt: string;
  dontBatch: boolean;
  state: JobState;
  code: number;
  error: string;
  retryAtMs: number;
}

/** The parts of an ordering key: the host keeps the jobs of one key in order. */
export interface KeyParts {
  readonly workspaceId: string;
  readonly destinationId: string;
  readonly userId: string;
}

export const orderingKey = ({ workspaceId, destinationId, userId }: KeyParts): string =>
  [workspaceId, destinationId, userId].join('\u0000');

export function keyOfJob({ event: { destination }, userId }: Job): string {
  return orderingKey({ workspaceId: destination.WorkspaceID, destinationId: destination.ID, userId });
}

export function newJob(id: number, eventNumber: number, event: HostEvent, rest: Partial<Job> = {}): Job {
  return {
    id,
    eventNumber,
    event,
    userId: gatewayUserId(event),
    createdAt: '2026-01-02T03:04:07.000Z',
    attemptNum: 0,
    firstAttemptedAt: '',
    dontBatch: false,
    state: 'New',
    code: 0,
    error: '',
    retryAtMs: 0,
    ...rest,
  };
}

/** Marks an executing job as failed, as the host does at its next start: its attempts count from 0 again. */
export function failExecuting(job: Job): void {
  job.state = 'Failed';
  job.code = 0;
  job.error = '';
  job.attemptNum = 0;
  job.firstAttemptedAt = '';
  job.retryAtMs = 0;
}
