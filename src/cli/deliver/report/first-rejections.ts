import { noteOf, type RejectedNote, type Rejection } from '../../rejected/rejection.js';

/** How many rejections the summary shows; more when there are more codes. The file contains all. */
export const SHOWN_REJECTIONS = 10;

/** Collects the rejections to show: the first of each code, then others from the beginning of the input. */
export class FirstRejections {
  readonly #byCode = new Map<string, RejectedNote>();
  readonly #others: RejectedNote[] = [];

  /** Takes the rejections in the order of the input. */
  add(rejection: Rejection): void {
    if (!this.#byCode.has(rejection.code) || this.#others.length < SHOWN_REJECTIONS)
      this.#add(noteOf(rejection));
  }

  /** All that is kept, in an order from which it can be restored. */
  save(): RejectedNote[] {
    return [...this.#byCode.values(), ...this.#others];
  }

  restore(notes: readonly RejectedNote[]): void {
    for (const note of notes) this.#add(note);
  }

  list(): RejectedNote[] {
    const examples = [...this.#byCode.values()];
    return [...examples, ...this.#others.slice(0, Math.max(0, SHOWN_REJECTIONS - examples.length))];
  }

  #add(note: RejectedNote): void {
    if (!this.#byCode.has(note.code)) this.#byCode.set(note.code, note);
    else this.#others.push(note);
  }
}
