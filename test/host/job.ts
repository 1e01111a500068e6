import type { JsonObject } from '../../src/core/json/json-object';
import type { DestinationObject } from './destination';
import { gatewayUserId } from './gateway';
import { HTTP_SOURCE, type Source } from './source';

/** An event on its way to the destination, as a test hands it to the host. */
export interface HostEvent {
  readonly message: JsonObject;
  readonly destination: DestinationObject;
  /** Default: made of the message's ids, as the gateway does. */
  readonly orderingKey?: string;
  /** Further metadata, of which the host itself knows nothing. */
  readonly metadata?: JsonObject;
  /** Default: an HTTP source. */
  readonly source?: Source;
  readonly recordId?: unknown;
  /** Default: tracing is off. */
  readonly traceparent?: string;
}

export const sourceOf = ({ source = HTTP_SOURCE }: HostEvent): Source => source;

/** `Failed` and `Waiting` are those of jobs that were left when the host was stopped or lost its patience. */
export type JobState = 'New' | 'Waiting' | 'Failed' | 'Succeeded' | 'Filtered' | 'Aborted';

/** A job in the router's queue. */
export interface Job {
  readonly id: number;
  /** Which of the events of the run it came from, from 1. */
  readonly eventNumber: number;
  readonly event: HostEvent;
  /** The host's ordering key: of its workspace and destination. */
  readonly userId: string;
  /** What the processor's transform made of it; undefined for one that is yet to be transformed. */
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

/** The parts of a key that the host keeps in order. */
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

/** A job that was being worked on when the host's process ended: it has failed, and the host counts its attempts from 0 again. */
export function failExecuting(job: Job): void {
  job.state = 'Failed';
  job.code = 0;
  job.error = '';
  job.attemptNum = 0;
  job.firstAttemptedAt = '';
  job.retryAtMs = 0;
}
