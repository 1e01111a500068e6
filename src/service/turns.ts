/**
 * Lets one in at each turn of the event loop, in the order of asking; whoever asks when nobody is before it, at once.
 *
 * Of connections that are ready together, Linux hands out the one that became ready last at the end, the next time too: when each request is
 * answered as soon as it is read, the last one of a round has its next request read a whole round later than the others.
 */
export class Turns {
  readonly #waiting: (() => void)[] = [];
  #taken = false;

  /** Calls back when it is the caller's turn. @returns whether that was at once */
  enter(onTurn: () => void): boolean {
    if (this.#taken) {
      this.#waiting.push(onTurn);
      return false;
    }
    this.#taken = true;
    setImmediate(this.#next);
    onTurn();
    return true;
  }

  readonly #next = (): void => {
    const onTurn = this.#waiting.shift();
    if (onTurn === undefined) {
      this.#taken = false;
      return;
    }
    setImmediate(this.#next);
    onTurn();
  };
}
