import type { JsonObject } from '../../src/core/json/json-object';
import { DEST_TYPE } from './destination';
import { gatewayUserId, RECEIVED_AT } from './gateway';
import { sourceOf, type HostEvent, type Job } from './job';

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
  connection: NO_CONNECTION,
});

function mapsOf(entries: readonly Entry[]): JsonObject {
  const events = entries.map(({ event }) => event);
  return {
    destinations: Object.fromEntries(events.map(({ destination }) => [destination.ID, destination])),
    connections: Object.fromEntries(
      events.map((event) => [`${sourceOf(event).id}:${event.destination.ID}`, NO_CONNECTION]),
    ),
  };
}

/** What Go writes for a connection that the workspace does not have: every field has its zero value. */
const NO_CONNECTION: JsonObject = {
  sourceId: '',
  destinationId: '',
  enabled: false,
  config: null,
  processorEnabled: false,
};

function routerMetadata(job: Job): Entry['metadata'] {
  const { event } = job;
  return {
    ...event.metadata,
    userId: job.userId,
    jobId: job.id,
    sourceId: sourceOf(event).id,
    sourceCategory: '',
    destinationId: event.destination.ID,
    attemptNum: job.attemptNum,
    receivedAt: RECEIVED_AT,
    createdAt: job.createdAt,
    firstAttemptedAt: job.firstAttemptedAt,
    transformAt: 'router',
    workspaceId: event.destination.WorkspaceID,
    secret: null,
    workerAssignedTime: nowToTheNanosecond(),
    dontBatch: job.dontBatch,
    traceparent: event.traceparent ?? '',
  };
}

/** As Go writes a time: nine digits of a second, which a `Date` cannot hold. */
function nowToTheNanosecond(): string {
  return new Date().toISOString().replace('Z', '269802Z');
}

function processorMetadata(event: HostEvent, jobId: number): Entry['metadata'] {
  const { destination, message } = event;
  const source = sourceOf(event);
  return {
    ...event.metadata,
    jobId,
    workspaceId: destination.WorkspaceID,
    rudderId: gatewayUserId(event),
    receivedAt: RECEIVED_AT,
    messageId: textOf(message.messageId),
    ...unlessEmpty('eventName', textOf(message.event)),
    ...unlessEmpty('eventType', textOf(message.type)),
    sourceId: source.id,
    originalSourceId: '',
    sourceDefinitionId: source.definitionId,
    sourceName: source.name,
    sourceType: source.definitionName,
    sourceCategory: '',
    ...(event.recordId === undefined ? {} : { recordId: event.recordId }),
    ...unlessEmpty('traceparent', event.traceparent ?? ''),
    destinationId: destination.ID,
    destinationName: destination.Name,
    destinationType: destination.DestinationDefinition.Name,
    destinationDefinitionId: destination.DestinationDefinition.ID,
  };
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Most fields are left out where they are empty. */
const unlessEmpty = (key: string, value: string): JsonObject => (value === '' ? {} : { [key]: value });
