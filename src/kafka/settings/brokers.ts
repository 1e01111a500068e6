import { KafkaError } from '../errors.js';

/** The address of a broker. */
export interface Broker {
  readonly host: string;
  readonly port: number;
}

/** https://kafka.apache.org/documentation/#brokerconfigs_listeners */
const USUAL_PORT = 9092;

const ADDRESS = /^(?:\[(?<v6>[\da-f:.]+)\]|(?<name>[\w.-]+))(?::(?<port>\d{1,5}))?$/i;

/**
 * Parses the addresses of the brokers to ask first: `host:port`, separated by commas. The port is 9092 by default.
 *
 * @throws KafkaError `kafka_settings_invalid`
 * @example
 * parseBrokers('kafka-1:9092,kafka-2'); // [{ host: 'kafka-1', port: 9092 }, { host: 'kafka-2', port: 9092 }]
 */
export function parseBrokers(text: string): Broker[] {
  const words = text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
  if (words.length === 0) throw invalid(1);
  return words.map((word, at) => {
    const { v6, name, port = String(USUAL_PORT) } = ADDRESS.exec(word)?.groups ?? {};
    const host = v6 ?? name;
    if (host === undefined || Number(port) < 1 || Number(port) > 65_535) throw invalid(at + 1);
    return { host, port: Number(port) };
  });
}

/** The text is not quoted: somebody may have put a password into it. */
function invalid(number: number): KafkaError {
  return new KafkaError(
    'kafka_settings_invalid',
    `address ${number} of the brokers is not host:port: give addresses such as kafka-1:9092,kafka-2:9092`,
  );
}
