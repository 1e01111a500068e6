/** One body's share of a {@link Room}. */
export interface Place {
  /** Asks for more bytes, and calls back, at once or later, when there is room for them. A place asks for one thing at a time. */
  ask(bytes: number, onRoom: () => void): void;
  /** Gives back all that it has, and what it waits for. */
  leave(): void;
}

interface Asking {
  readonly bytes: number;
  readonly onRoom: () => void;
}

class Share {
  held = 0;
  asking: Asking | undefined;
}

/**
 * Room for so many bytes. What does not fit waits, in the order of asking; what does is let in although others wait for more. One share at a
 * time may go beyond the bound: so one that is larger than the room passes, and shares that wait for each other do not wait for ever.
 *
 * In the room are therefore `bytes` and one share at most.
 */
export class Room {
  #held = 0;
  /** The one that went beyond the bound. */
  #beyond: Share | undefined;
  readonly #waiting = new Set<Share>();

  constructor(private readonly bytes: number) {}

  /** Bytes that are held. */
  get held(): number {
    return this.#held;
  }

  /** How many wait. */
  get waiting(): number {
    return this.#waiting.size;
  }

  enter(): Place {
    const share = new Share();
    return {
      ask: (bytes, onRoom) => {
        share.asking = { bytes, onRoom };
        if (!this.#letIn(share)) this.#waiting.add(share);
      },
      leave: () => {
        this.#waiting.delete(share);
        this.#held -= share.held;
        share.held = 0;
        if (this.#beyond === share) this.#beyond = undefined;
        for (const waiting of this.#waiting) if (this.#letIn(waiting)) this.#waiting.delete(waiting);
      },
    };
  }

  #letIn(share: Share): boolean {
    const { bytes, onRoom } = share.asking!;
    if (this.#held + bytes > this.bytes) {
      if (this.#beyond !== undefined && this.#beyond !== share) return false;
      this.#beyond = share;
    }
    this.#held += bytes;
    share.held += bytes;
    onRoom();
    return true;
  }
}
