/** A message that is not settled yet, or whose result waits for earlier ones. */
export interface Slot<T> {
  /** The number of the message in the input. */
  readonly number: number;
  readonly bytes: number;
  /** What to hand on when all earlier slots are settled; `undefined`: nothing. */
  result: T | undefined;
  settled: boolean;
}

export interface WindowLimits {
  readonly slots: number;
  /** Of messages that are not settled, or whose result waits for earlier ones. */
  readonly bytes: number;
}

/**
 * Hands on results in the order of the input, whatever order they come in. Memory is bounded when its user awaits
 * {@link OrderedWindow.room} before it opens a slot.
 */
export class OrderedWindow<T> {
  /** Those before `#head` have been handed on. */
  #slots: Slot<T>[] = [];
  #head = 0;
  #bytes = 0;
  #onRoom: (() => void) | undefined;

  /** @param handOn called with each result and the number of its message, in order */
  constructor(
    private readonly limits: WindowLimits,
    private readonly handOn: (result: T, number: number) => void,
  ) {}

  /** The slots that are not settled, or whose result is not handed on, in order. */
  get unfinished(): Slot<T>[] {
    return this.#slots.slice(this.#head).filter(({ settled, result }) => !settled || result !== undefined);
  }

  /** How many slots after the emitted one are settled without a result. */
  get settledBehind(): number {
    return this.#slots.slice(this.#head).filter(({ settled, result }) => settled && result === undefined)
      .length;
  }

  get isFull(): boolean {
    return this.#slots.length - this.#head >= this.limits.slots || this.#bytes >= this.limits.bytes;
  }

  /** Opens the slot of the next message, which takes `bytes` of memory. */
  open(bytes: number, number: number): Slot<T> {
    const slot: Slot<T> = { number, bytes, result: undefined, settled: false };
    this.#slots.push(slot);
    this.#bytes += bytes;
    return slot;
  }

  /** Settles a slot; a slot without a result needs no more memory. */
  settle(slot: Slot<T>, result?: T): void {
    slot.settled = true;
    slot.result = result;
    if (result === undefined) this.#bytes -= slot.bytes;
    this.#advance();
  }

  /** Resolves when there is room for another slot. One caller at a time. */
  room(): Promise<void> {
    if (!this.isFull) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onRoom = resolve;
    });
  }

  #advance(): void {
    for (let slot = this.#slots[this.#head]; slot?.settled === true; slot = this.#slots[this.#head]) {
      this.#head += 1;
      if (slot.result === undefined) continue;
      this.#bytes -= slot.bytes;
      this.handOn(slot.result, slot.number);
    }
    if (this.#head > 1_000 && this.#head * 2 > this.#slots.length) {
      this.#slots = this.#slots.slice(this.#head);
      this.#head = 0;
    }
    if (this.#onRoom === undefined || this.isFull) return;
    const onRoom = this.#onRoom;
    this.#onRoom = undefined;
    onRoom();
  }
}
