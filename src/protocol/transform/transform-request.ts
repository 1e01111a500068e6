import { isObject, typeName, type JsonObject } from '../../core/index.js';
import { WireFormatError } from '../wire-format-error.js';

/** One event as the host sends it. Only `metadata` is checked: it is an object. */
export interface TransformEvent {
  readonly message: unknown;
  /** Opaque: the reply returns it unchanged. */
  readonly metadata: JsonObject;
  /** An object with keys in Go's case (`ID`, `Config` …), unless the host breaks its contract. */
  readonly destination: unknown;
  readonly connection: unknown;
}

/** A parsed body of `/routerTransform`. */
export interface RouterTransformRequest {
  /** The lower-cased destination type; empty when the body names none. */
  readonly destType: string;
  readonly events: readonly TransformEvent[];
}

/**
 * Parses the body of `/v0/destinations/{type}`: plain (an array), or compacted (an object with the destinations and connections by id,
 * beside the input). Both forms of the same events give equal results.
 *
 * Source: RudderStack rudder-server v1.83, `processor/internal/transformer/destination_transformer`.
 *
 * @throws WireFormatError when it is neither, or when an event is not an object with metadata
 * @example
 * parseProcessorRequest([{ message, metadata, destination, connection }]);
 * parseProcessorRequest({ input: [{ message, metadata }], destinations: { d1: destination }, connections: {} });
 */
export function parseProcessorRequest(body: unknown): readonly TransformEvent[] {
  if (Array.isArray(body)) return plainEvents(body);
  if (isObject(body) && Array.isArray(body.input)) return compactedEvents(body.input, body);
  throw new WireFormatError(
    `expected an array of events, or an object with an array "input", found ${typeName(body)}`,
  );
}

/**
 * Parses the body of `/routerTransform`, plain or compacted.
 *
 * Source: RudderStack rudder-server v1.83, `router/transformer`.
 *
 * @throws WireFormatError as {@link parseProcessorRequest}
 * @example
 * parseRouterRequest({ input: [{ message, metadata, destination }], destType: 'gainsight_px' }).events.length; // 1
 */
export function parseRouterRequest(body: unknown): RouterTransformRequest {
  if (!isObject(body)) throw new WireFormatError(`expected an object, found ${typeName(body)}`);
  const { input } = body;
  if (!Array.isArray(input))
    throw new WireFormatError(`input: expected an array of events, found ${typeName(input)}`);
  const events = isObject(body.destinations) ? compactedEvents(input, body) : plainEvents(input);
  return { destType: destTypeOf(body), events };
}

/** The destination type of a body, lower-cased; empty when the body names none. */
export function destTypeOf(body: unknown): string {
  const destType = isObject(body) ? body.destType : undefined;
  return typeof destType === 'string' ? destType.toLowerCase() : '';
}

function plainEvents(input: readonly unknown[]): readonly TransformEvent[] {
  input.forEach(requireEvent);
  return input as readonly TransformEvent[];
}

function compactedEvents(input: readonly unknown[], body: JsonObject): readonly TransformEvent[] {
  return input.map((event, index) => {
    requireEvent(event, index);
    const { message, metadata } = event;
    const { sourceId, destinationId } = metadata;
    return {
      message,
      metadata,
      destination: ownValue(body.destinations, destinationId),
      connection: ownValue(body.connections, `${String(sourceId)}:${String(destinationId)}`),
    };
  });
}

/** Own keys only: an id can be `constructor`. */
function ownValue(map: unknown, key: unknown): unknown {
  return isObject(map) && typeof key === 'string' && Object.hasOwn(map, key) ? map[key] : undefined;
}

/** The reply needs the metadata, because it identifies the job. */
function requireEvent(event: unknown, index: number): asserts event is TransformEvent {
  if (!isObject(event))
    throw new WireFormatError(`event ${index}: expected an object, found ${typeName(event)}`);
  if (!isObject(event.metadata)) {
    throw new WireFormatError(
      `event ${index}: expected an object "metadata", found ${typeName(event.metadata)}`,
    );
  }
}
