import { noteOf, type RejectedNote, type Rejection } from '../rejected/rejection.js';

/** How many rejections the summary shows; more when there are more codes. The file contains all. */
export const SHOWN_REJECTIONS = 10;

/** Collects the rejections to show: the first of each code, then others from the beginning of the input. */
export class FirstRejections {
  readonly #byCode = new Map<string, RejectedNote>();
  readonly #others: RejectedNote[] = [];

  /** Takes the rejections in the order of the input. */
  add(rejection: Rejection): void {
    const { code } = rejection;
    if (!this.#byCode.has(code)) this.#byCode.set(code, noteOf(rejection));
    else if (this.#others.length < SHOWN_REJECTIONS) this.#others.push(noteOf(rejection));
  }

  list(): RejectedNote[] {
    const examples = [...this.#byCode.values()];
    return [...examples, ...this.#others.slice(0, Math.max(0, SHOWN_REJECTIONS - examples.length))];
  }
}
