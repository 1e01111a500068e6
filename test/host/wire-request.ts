import type { JsonObject } from '../../src/core/json-object';
import { DEST_TYPE } from './destination';
import { newJob, RECEIVED_AT, SOURCE_ID, type HostEvent, type Job } from './job';

/** A request for a transform: its headers, its body, and the metadata that is to come back. */
export interface TransformRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** By job, as the other side parses it. */
  readonly metadata: ReadonlyMap<number, JsonObject>;
}

interface Entry {
  readonly event: HostEvent;
  readonly metadata: JsonObject & { readonly jobId: number };
}

/** The body of `POST /routerTransform`. */
export function routerRequest(jobs: readonly Job[], compacted: boolean): TransformRequest {
  const entries = jobs.map((job) => ({ event: job.event, metadata: routerMetadata(job) }));
  return transformRequest(entries, compacted, (input, maps) =>
    maps === undefined ? { input, destType: DEST_TYPE } : { input, destType: DEST_TYPE, ...maps },
  );
}

/** The body of `POST /v0/destinations/gainsight_px`; the events are numbered from `from`. */
export function processorRequest(
  events: readonly HostEvent[],
  from: number,
  compacted: boolean,
): TransformRequest {
  const entries = events.map((event, index) => ({ event, metadata: processorMetadata(event, from + index) }));
  return transformRequest(entries, compacted, (input, maps) =>
    maps === undefined
      ? input.map((item) => ({ ...item, libraries: null, credentials: null }))
      : { input, ...maps },
  );
}

function transformRequest(
  entries: readonly Entry[],
  compacted: boolean,
  wrap: (input: readonly JsonObject[], maps?: JsonObject) => unknown,
): TransformRequest {
  const body = JSON.stringify(compacted ? wrap(entries.map(bare), mapsOf(entries)) : wrap(entries.map(full)));
  return {
    headers: {
      'Content-Type': 'application/json; charset=utf-8',
      'X-Feature-Filter-Code': '?1',
      'X-Feature-Gzip-Support': '?1',
      ...(compacted ? { 'X-Content-Format': 'json+compactedv1' } : {}),
    },
    body,
    metadata: new Map(
      entries.map(({ metadata }) => [metadata.jobId, JSON.parse(JSON.stringify(metadata)) as JsonObject]),
    ),
  };
}

const bare = ({ event, metadata }: Entry): JsonObject => ({ message: event.message, metadata });

const full = (entry: Entry): JsonObject => ({
  ...bare(entry),
  destination: entry.event.destination,
  connection: connectionOf(entry.event),
});

function mapsOf(entries: readonly Entry[]): JsonObject {
  const events = entries.map(({ event }) => event);
  return {
    destinations: Object.fromEntries(events.map(({ destination }) => [destination.ID, destination])),
    connections: Object.fromEntries(
      events.map((event) => [`${sourceOf(event)}:${event.destination.ID}`, connectionOf(event)]),
    ),
  };
}

const sourceOf = ({ sourceId = SOURCE_ID }: HostEvent): string => sourceId;

const connectionOf = (event: HostEvent): JsonObject => ({
  sourceId: sourceOf(event),
  destinationId: event.destination.ID,
  enabled: true,
  config: {},
  processorEnabled: true,
});

function routerMetadata(job: Job): Entry['metadata'] {
  const { event } = job;
  return {
    ...event.metadata,
    userId: job.userId,
    jobId: job.id,
    sourceId: sourceOf(event),
    sourceCategory: '',
    destinationId: event.destination.ID,
    attemptNum: job.attemptNum,
    receivedAt: RECEIVED_AT,
    createdAt: job.createdAt,
    firstAttemptedAt: job.firstAttemptedAt,
    transformAt: 'router',
    workspaceId: event.destination.WorkspaceID,
    secret: null,
    workerAssignedTime: new Date().toISOString(),
    dontBatch: job.dontBatch,
    traceparent: job.traceparent,
  };
}

function processorMetadata(event: HostEvent, jobId: number): Entry['metadata'] {
  const { destination, message } = event;
  return {
    ...event.metadata,
    jobId,
    workspaceId: destination.WorkspaceID,
    rudderId: newJob(jobId, jobId, event).userId,
    receivedAt: RECEIVED_AT,
    messageId: typeof message.messageId === 'string' ? message.messageId : `message-${jobId}`,
    eventName: typeof message.event === 'string' ? message.event : '',
    eventType: typeof message.type === 'string' ? message.type : '',
    sourceId: sourceOf(event),
    sourceType: event.sourceType ?? 'web',
    ...(event.recordId === undefined ? {} : { recordId: event.recordId }),
    traceparent: newJob(jobId, jobId, event).traceparent,
    destinationId: destination.ID,
    destinationName: destination.Name,
    destinationType: destination.DestinationDefinition.Name,
    destinationDefinitionId: destination.DestinationDefinition.ID,
  };
}
