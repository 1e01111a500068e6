/** Lets one in at a time, in the order of asking. */
export class Gate {
  readonly #waiting: (() => void)[] = [];
  #taken = false;

  /** Whether somebody is in. */
  get taken(): boolean {
    return this.#taken;
  }

  /** Calls back, at once or later, when it is the caller's turn. What it returns leaves: the gate, or the queue before it. */
  enter(onTurn: () => void): () => void {
    let left = false;
    let isIn = false;
    const turn = (): void => {
      if (left) {
        this.#next();
        return;
      }
      isIn = true;
      onTurn();
    };
    if (this.#taken) this.#waiting.push(turn);
    else {
      this.#taken = true;
      turn();
    }
    return () => {
      if (left) return;
      left = true;
      if (isIn) this.#next();
    };
  }

  #next(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#taken = false;
    else next();
  }
}
