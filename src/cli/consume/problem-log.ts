import { KafkaError } from '../../kafka/index.js';
import type { Clock } from '../../runtime/index.js';
import type { ServiceLog } from '../../service/index.js';

/** What failed, and is tried again. */
export type Operation = 'group' | 'commit' | 'dead_letter' | 'lag';

const TEXTS: Readonly<Record<Operation, string>> = {
  group: 'Kafka failed; the worker tries again',
  commit: 'offsets could not be committed; the worker tries again',
  dead_letter: 'a dead letter could not be written; its partition is held back until it is',
  lag: 'the consumer lag could not be read',
};

const REPEAT_AFTER_MS = 30_000;

/** Logs failures that repeat: each kind at once, and then every 30 seconds with their number. */
export class ProblemLog {
  readonly #kinds = new Map<string, { loggedMs: number; count: number }>();

  constructor(
    private readonly log: ServiceLog,
    private readonly clock: Clock,
    private readonly count: (operation: Operation, code: string) => void,
  ) {}

  note(operation: Operation, error: unknown): void {
    // The text of another error may hold anything.
    const isKafka = error instanceof KafkaError;
    const code = isKafka ? error.code : 'internal';
    const reason = isKafka ? error.message : error instanceof Error ? error.name : 'unknown';
    this.count(operation, code);
    const nowMs = this.clock.nowMs();
    const kind = this.#kinds.get(`${operation} ${code}`);
    if (kind !== undefined && nowMs - kind.loggedMs < REPEAT_AFTER_MS) {
      kind.count += 1;
      return;
    }
    this.#kinds.set(`${operation} ${code}`, { loggedMs: nowMs, count: 0 });
    this.log.warn({ code, reason, before: kind?.count ?? 0 }, TEXTS[operation]);
  }
}
