import type { JsonObject } from '../../src/core/json-object';
import type { DestinationObject } from './destination';

/** An event on its way to the destination, as a test hands it to the host. */
export interface HostEvent {
  readonly message: JsonObject;
  readonly destination: DestinationObject;
  /** Default: made of the message's ids, as the gateway does. */
  readonly orderingKey?: string;
  /** Further metadata, of which the host itself knows nothing. */
  readonly metadata?: JsonObject;
  readonly sourceId?: string;
  readonly sourceType?: string;
  readonly recordId?: unknown;
}

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
  readonly traceparent: string;
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

/** The user id that the gateway gives to an event: of its header, its first id and its user id. */
export function gatewayUserId({ message, orderingKey: given }: HostEvent): string {
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  const [anonymousId, userId] = [text(message.anonymousId), text(message.userId)];
  return given ?? `<<>>${anonymousId === '' ? userId : anonymousId}<<>>${userId}`;
}

export const SOURCE_ID = 'src-1';
export const RECEIVED_AT = '2026-01-02T03:04:06.000Z';

export function newJob(id: number, eventNumber: number, event: HostEvent, rest: Partial<Job> = {}): Job {
  return {
    id,
    eventNumber,
    event,
    userId: gatewayUserId(event),
    createdAt: '2026-01-02T03:04:07.000Z',
    traceparent: `00-${String(id).padStart(32, '0')}-${String(id).padStart(16, '0')}-01`,
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
