import type { OffsetRange } from './settled-note.js';

/** A record of a partition that is read. */
export interface RecordSlot {
  /** The offset to commit once this record and all before it are settled. */
  readonly nextOffset: bigint;
  readonly messages: number;
  readonly bytes: number;
  /** How many of its messages are not settled. */
  unsettled: number;
  /** Whether later messages of its users and accounts may be delivered before it is settled. */
  isOvertaken: boolean;
}

/** How much of a partition may be beyond its commit position. One record may, whatever its size. */
export interface WindowLimits {
  readonly messages: number;
  readonly bytes: number;
}

/**
 * The records of one partition from its commit position on, in the order of their offsets.
 *
 * The commit position is the offset before which every message is settled. It moves only when the first record that is
 * not settled becomes settled, whatever order the messages settle in. Records beyond the position stay counted although
 * they are settled: the messages bound what a worker that takes over delivers again, the bytes bound the memory, because
 * the records of one fetch share a buffer.
 */
export class PartitionWindow {
  /** Those before `#head` are settled, and before the position. */
  #slots: RecordSlot[] = [];
  #head = 0;
  #messages = 0;
  #bytes = 0;
  #position: bigint;
  #onRoom: (() => void) | undefined;

  /** @param onPosition called with each new commit position */
  constructor(
    position: bigint,
    private readonly limits: WindowLimits,
    private readonly onPosition: (position: bigint) => void,
  ) {
    this.#position = position;
  }

  /** The offset to commit. */
  get position(): bigint {
    return this.#position;
  }

  /**
   * What is settled beyond the position, ascending; up to a record that was overtaken: it is sent again after them, and must not
   * be the last to write.
   */
  settledBeyond(): OffsetRange[] {
    const ranges: { from: bigint; to: bigint }[] = [];
    let isRun = false;
    for (const { nextOffset, unsettled, isOvertaken } of this.#slots.slice(this.#head)) {
      if (unsettled > 0 && isOvertaken) break;
      if (unsettled > 0) isRun = false;
      else if (isRun) ranges.at(-1)!.to = nextOffset;
      else {
        ranges.push({ from: nextOffset - 1n, to: nextOffset });
        isRun = true;
      }
    }
    return ranges;
  }

  /** Messages of records beyond the position. */
  get messages(): number {
    return this.#messages;
  }

  /** Bytes of records beyond the position. */
  get bytes(): number {
    return this.#bytes;
  }

  get isFull(): boolean {
    return this.#messages >= this.limits.messages || this.#bytes >= this.limits.bytes;
  }

  /** Opens the slot of the next record. A record without messages is settled at once. */
  open(offset: bigint, messages: number, bytes: number): RecordSlot {
    const slot: RecordSlot = {
      nextOffset: offset + 1n,
      messages,
      bytes,
      unsettled: messages,
      isOvertaken: false,
    };
    this.#slots.push(slot);
    this.#messages += messages;
    this.#bytes += bytes;
    if (messages === 0) this.#advance();
    return slot;
  }

  /** Settles one message of a record. */
  settle(slot: RecordSlot): void {
    slot.unsettled -= 1;
    if (slot.unsettled === 0) this.#advance();
  }

  /** Resolves when there is room for another record. One caller at a time. */
  room(): Promise<void> {
    if (!this.isFull) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onRoom = resolve;
    });
  }

  /** Lets the caller of {@link room} go, whether there is room or not. */
  release(): void {
    const onRoom = this.#onRoom;
    this.#onRoom = undefined;
    onRoom?.();
  }

  #advance(): void {
    const before = this.#position;
    for (let slot = this.#slots[this.#head]; slot?.unsettled === 0; slot = this.#slots[this.#head]) {
      this.#head += 1;
      this.#messages -= slot.messages;
      this.#bytes -= slot.bytes;
      this.#position = slot.nextOffset;
    }
    if (this.#head > 1_000 && this.#head * 2 > this.#slots.length) {
      this.#slots = this.#slots.slice(this.#head);
      this.#head = 0;
    }
    if (this.#position === before) return;
    this.onPosition(this.#position);
    if (!this.isFull) this.release();
  }
}
