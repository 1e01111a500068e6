import { KafkaError, loadKafkaSettings, openKafka, parseBrokers, type Kafka } from '../../kafka/index.js';
import { UsageError, type CommandIo } from '../io.js';
import type { KafkaOptions } from './kafka-options.js';

/**
 * Loads the Kafka client and the settings of a command.
 *
 * @param warn gets what the user should know about the settings
 * @throws UsageError when the client is not installed, or when settings are wrong
 */
export async function kafkaOf(
  { brokers, kafkaSettings }: KafkaOptions,
  { env }: Pick<CommandIo, 'env'>,
  warn: (text: string) => void,
): Promise<Kafka> {
  return orUsageError(async () => {
    const addresses = parseBrokers(brokers);
    const { settings, warnings } = loadKafkaSettings(kafkaSettings, env);
    for (const warning of warnings) warn(warning);
    return openKafka({ ...settings, brokers: addresses });
  });
}

/** Makes a failure of Kafka before the work begins an error of usage: the command can do nothing. */
export async function orUsageError<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof KafkaError ? new UsageError(error.message) : error;
  }
}
