import { isIP } from 'node:net';
import type { BaseOptions } from '@platformatic/kafka' with { 'resolution-mode': 'import' };
import type { Broker } from './brokers.js';
import type { KafkaSettings } from './kafka-settings.js';

/** Where Kafka is, and how to log in. It may hold secrets: show it nowhere. */
export interface KafkaConnection extends KafkaSettings {
  readonly brokers: readonly Broker[];
}

/** The name of this program in the brokers' logs and quotas. */
const CLIENT_ID = 'gainsight-px';

/** The options that all clients have. */
export function clientOptions({ brokers, tls, sasl }: KafkaConnection): BaseOptions {
  return {
    clientId: CLIENT_ID,
    bootstrapBrokers: brokers.map(({ host, port }) => ({ host, port })),
    ...(tls === undefined
      ? {}
      : // A server name must not be an IP address: https://www.rfc-editor.org/rfc/rfc6066#section-3
        { tls: { ...tls }, tlsServerName: tls.servername ?? brokers.some(({ host }) => isIP(host) === 0) }),
    ...(sasl === undefined ? {} : { sasl: { ...sasl } }),
  };
}
