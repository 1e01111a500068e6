import { setImmediate as nextRound } from 'node:timers/promises';

/** Events that wait at most: more are not shown anyway. */
const MOST_EVENTS = 300;
/** Bytes of the bodies whose events wait. One body may be larger. */
const MOST_BYTES = 16 * 1024 * 1024;
/** How long one round of the event loop may read events, in milliseconds. One event may take longer. */
const SLICE_MS = 5;

/** A call whose events are to be noted. */
export interface NotedCall {
  readonly events: number;
  /** The size of its body, which its events hold in memory until the last of them is noted. */
  readonly bodyBytes: number;
  /** Notes the event with an index; `number` counts the events of all calls, from 1. Must not throw. */
  readonly note: (index: number, number: number) => void;
}

/**
 * Notes events after their call is answered, in their order, a few in each round of the event loop. Only the newest 300 wait: older ones are skipped.
 * When the bodies of the calls that wait exceed 16 MB, {@link add} notes the oldest at once.
 */
export class NoteQueue {
  readonly #calls: { readonly call: NotedCall; next: number }[] = [];
  #added = 0;
  #done = 0;
  #bytes = 0;

  /** The number of the last event that was noted or skipped. */
  get done(): number {
    return this.#done;
  }

  add(call: NotedCall): void {
    if (call.events === 0) return;
    const isIdle = this.#calls.length === 0;
    this.#calls.push({ call, next: 0 });
    this.#added += call.events;
    this.#bytes += call.bodyBytes;
    while (this.#added - this.#done > MOST_EVENTS) this.#next();
    while (this.#bytes > MOST_BYTES && this.#calls.length > 1) this.#next()();
    if (isIdle) setImmediate(this.#noteSome);
  }

  /** Resolves when all events that were added until now are noted or skipped. */
  async settled(): Promise<void> {
    const added = this.#added;
    while (this.#done < added) await nextRound();
  }

  readonly #noteSome = (): void => {
    const endMs = performance.now() + SLICE_MS;
    do this.#next()();
    while (this.#calls.length > 0 && performance.now() < endMs);
    if (this.#calls.length > 0) setImmediate(this.#noteSome);
  };

  /** Takes the oldest event out; the function that it returns notes it. */
  #next(): () => void {
    const waiting = this.#calls[0]!;
    const { call, next: index } = waiting;
    waiting.next += 1;
    const number = (this.#done += 1);
    if (waiting.next === call.events) {
      this.#calls.shift();
      this.#bytes -= call.bodyBytes;
    }
    return () => {
      call.note(index, number);
    };
  }
}
