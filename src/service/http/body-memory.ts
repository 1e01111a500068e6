/** The bytes that one body holds of a {@link BodyMemory}. */
export interface BodyReservation {
  /** Asks for more bytes; calls back at once, or later when there is room. One request at a time. */
  reserve(bytes: number, onReserved: () => void): void;
  /** Gives back all bytes, and withdraws a request that waits. */
  release(): void;
}

interface PendingRequest {
  readonly bytes: number;
  readonly onReserved: () => void;
}

class Reservation {
  held = 0;
  pending: PendingRequest | undefined;
}

/**
 * Bounds the bytes of all bodies together. A request that does not fit waits; a later one that fits does not wait behind it. One
 * body at a time may exceed the bound: so a body that is larger than the bound is read too, and bodies never wait for each other
 * for ever.
 *
 * The memory therefore holds at most the bound and one body.
 */
export class BodyMemory {
  #held = 0;
  /** The one body that may exceed the bound. */
  #oversized: Reservation | undefined;
  readonly #waiting = new Set<Reservation>();

  constructor(private readonly maxBytes: number) {}

  /** Bytes that are held. */
  get held(): number {
    return this.#held;
  }

  /** How many bodies wait. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** A reservation for one more body; it holds nothing yet. */
  open(): BodyReservation {
    const reservation = new Reservation();
    return {
      reserve: (bytes, onReserved) => {
        reservation.pending = { bytes, onReserved };
        if (!this.#grant(reservation)) this.#waiting.add(reservation);
      },
      release: () => {
        this.#waiting.delete(reservation);
        this.#held -= reservation.held;
        reservation.held = 0;
        if (this.#oversized === reservation) this.#oversized = undefined;
        for (const waiting of this.#waiting) if (this.#grant(waiting)) this.#waiting.delete(waiting);
      },
    };
  }

  #grant(reservation: Reservation): boolean {
    const { bytes, onReserved } = reservation.pending!;
    if (this.#held + bytes > this.maxBytes) {
      if (this.#oversized !== undefined && this.#oversized !== reservation) return false;
      this.#oversized = reservation;
    }
    this.#held += bytes;
    reservation.held += bytes;
    onReserved();
    return true;
  }
}
