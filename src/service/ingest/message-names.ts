import type { RequestPlan } from '../../core/index.js';
import type { Batch } from '../../router/index.js';
import { digest } from '../../runtime/index.js';
import type { JobMemory } from '../batch/job-memory.js';
import { messageIdOf } from '../batch/map-event.js';

/**
 * The names of the messages of one request in {@link JobMemory}, so that a request that comes again sends nothing twice.
 *
 * A message with an id is remembered whenever it is done. One without is told by its content, and equal content may be another message:
 * a user can do the same thing twice. So it is remembered only while the same request is expected again, which is when its answer asked
 * for it, or could not be sent.
 */
export class MessageNames {
  /** The names of messages without an id, by their plans. */
  readonly #byContent = new Map<RequestPlan, string>();
  /** How often each content came in this request: two equal messages are two. */
  readonly #seen = new Map<string, number>();
  /** What is delivered, of the messages without an id. */
  readonly #delivered = new Set<string>();
  #comesAgain = false;

  constructor(private readonly memory: JobMemory) {}

  /** The name to run a message under; undefined when it must be run in any case. */
  nameOf(plan: RequestPlan, message: unknown): string | undefined {
    const content = digest(plan.steps.map(({ request }) => request));
    const messageId = messageIdOf(message);
    if (messageId !== undefined) return `${content} id ${digest(messageId)}`;
    const number = this.#seen.get(content) ?? 0;
    this.#seen.set(content, number + 1);
    const name = `${content} number ${number}`;
    this.#byContent.set(plan, name);
    return this.memory.isDone(name) ? name : undefined;
  }

  /** The same batch, which notes what it delivers: also after the request is answered. */
  watch(batch: Batch): Batch {
    return {
      add: (job) => {
        const outcome = batch.add(job);
        if ('plan' in job) {
          void outcome.then(({ delivered }) => {
            if (delivered) this.#noteDelivered(job.plan);
          });
        }
        return outcome;
      },
      answers: (outcomes) => batch.answers(outcomes),
    };
  }

  /** The request comes again: remembers what is delivered, and what will be. */
  expectAgain(): void {
    this.#comesAgain = true;
    for (const name of this.#delivered) this.memory.remember(name);
  }

  /** The request is answered for good: forgets its messages without an id. */
  forget(): void {
    for (const name of this.#byContent.values()) this.memory.forget(name);
  }

  #noteDelivered(plan: RequestPlan): void {
    const name = this.#byContent.get(plan);
    if (name === undefined) return;
    this.#delivered.add(name);
    if (this.#comesAgain) this.memory.remember(name);
  }
}
