import { deadLetterTopicOf, type Kafka, type TopicPlan, type TopicState } from '../../kafka/index.js';
import { countOf } from '../output/quantities.js';
import { orUsageError } from './open-kafka.js';
import { USUAL_PARTITIONS, type SetupOptions } from './kafka-options.js';

const MS_PER_DAY = 86_400_000;
const FOR_EVER = -1;

/** Which topics a command needs. */
export interface NeededTopics {
  readonly topics: readonly string[];
  /** One for all topics; `undefined`: each has its own. */
  readonly deadLetters?: string | undefined;
}

/** The names of the dead-letter topics. */
export function deadLetterTopicsOf({ topics, deadLetters }: NeededTopics): string[] {
  return deadLetters === undefined ? topics.map(deadLetterTopicOf) : [deadLetters];
}

/**
 * Creates topics and dead-letter topics where they are missing. It changes none that exists, and says where one differs from what was asked for.
 *
 * @param note gets one line for each topic that was created, and for each that differs
 * @throws UsageError
 */
export async function setUpTopics(
  kafka: Pick<Kafka, 'admin'>,
  needed: NeededTopics,
  options: SetupOptions,
  note: (line: string) => void,
): Promise<void> {
  const { partitions, replicationFactor, deadLetterDays } = options;
  const plans: TopicPlan[] = [
    ...needed.topics.map((topic) => ({
      topic,
      partitions: partitions ?? USUAL_PARTITIONS,
      replicationFactor,
    })),
    ...deadLetterTopicsOf(needed).map((topic) => ({
      topic,
      // A replay takes dead letters in the order in which they came.
      partitions: 1,
      replicationFactor,
      retentionMs: deadLetterDays === 0 ? FOR_EVER : deadLetterDays * MS_PER_DAY,
    })),
  ];
  const admin = kafka.admin();
  try {
    await orUsageError(async () => {
      for (const plan of plans) {
        const state = await admin.createTopic(plan);
        const line = lineOf(state, needed.topics.includes(plan.topic) ? options : {});
        if (line !== undefined) note(line);
      }
    });
  } finally {
    await admin.close();
  }
}

function lineOf(
  { topic, created, partitions, replicationFactor }: TopicState,
  asked: Partial<SetupOptions>,
): string | undefined {
  const has = `${countOf(partitions, 'partition')}, replication factor ${replicationFactor}`;
  if (created) return `created the topic ${topic}: ${has}`;
  const differs =
    (asked.partitions ?? partitions) !== partitions ||
    (asked.replicationFactor ?? replicationFactor) !== replicationFactor;
  return differs ? `the topic ${topic} exists with ${has}, and stays so` : undefined;
}
