import { createHash } from 'node:crypto';
import type { JsonObject } from '../../src/core/json/json-object';
import type { HostEvent } from './job';

export const RECEIVED_AT = '2026-01-02T03:04:06.000Z';

/**
 * An event after the gateway: it adds its own keys and the missing ones, and keeps the keys of the sender.
 */
export function accept(event: HostEvent, eventNumber: number): HostEvent {
  const { message } = event;
  const { sentAt = RECEIVED_AT, originalTimestamp = RECEIVED_AT } = message;
  const added: JsonObject = {
    ...missingFrom(message, {
      messageId: uuidOf(`message ${eventNumber}`),
      sentAt,
      originalTimestamp,
      timestamp: originalTimestamp,
    }),
    receivedAt: RECEIVED_AT,
    request_ip: '127.0.0.1',
    rudderId: uuidOf(gatewayUserId(event)),
  };
  return { ...event, message: { ...message, ...added } };
}

/**
 * The gateway's user id of an event, made of its header, its first id and its user id. A user has one for
 * each anonymous id.
 */
export function gatewayUserId({ message, orderingKey: given }: HostEvent): string {
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  const [anonymousId, userId] = [text(message.anonymousId), text(message.userId)];
  return given ?? `<<>>${anonymousId === '' ? userId : anonymousId}<<>>${userId}`;
}

function missingFrom(message: JsonObject, defaults: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(defaults).filter(([key]) => !Object.hasOwn(message, key)));
}

function uuidOf(text: string): string {
  const hex = createHash('md5').update(text).digest('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
