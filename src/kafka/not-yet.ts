import { sleep, type Clock } from '../runtime/index.js';
import { kafkaErrorOf, type KafkaError } from './errors.js';

/** Answers of brokers that have just started, or of topics that were just created: https://kafka.apache.org/protocol#protocol_error_codes */
const NOT_YET = [
  'COORDINATOR_LOAD_IN_PROGRESS',
  'COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR',
  'LEADER_NOT_AVAILABLE',
];

const AGAIN_AFTER_MS = 500;
const MOST_ATTEMPTS = 60;

/**
 * Tries again, for half a minute, while the brokers are not ready yet.
 *
 * @param onNotYet called before each wait
 * @throws KafkaError the last one, or any that is about something else
 */
export async function untilReady<Value>(
  clock: Clock,
  attempt: () => Promise<Value>,
  onNotYet?: (error: KafkaError) => Promise<void> | void,
): Promise<Value> {
  for (let attempts = 1; ; attempts += 1) {
    try {
      return await attempt();
    } catch (thrown) {
      const error = kafkaErrorOf(thrown);
      const isNotYet = NOT_YET.some((id) => error.protocolErrors.has(id));
      if (!isNotYet || attempts === MOST_ATTEMPTS) throw error;
      await onNotYet?.(error);
      await sleep(clock, AGAIN_AFTER_MS);
    }
  }
}
