import { waitFor } from '../../runtime/index.js';

/** A plan in its lanes. */
interface Entry {
  /** How many entries are still ahead, counted once per lane. */
  ahead: number;
  left: boolean;
  readonly lanes: readonly string[];
  /** The entries directly behind, in any of the lanes. */
  readonly behind: Entry[];
  onFirst: (() => void) | undefined;
}

/** A plan's place in all of its lanes. */
export interface Place {
  /** Whether the plan is first in each of its lanes. */
  readonly isFirst: boolean;
  /** Resolves when the plan is first in each of its lanes; rejects with the signal's reason if that aborts. */
  wait(signal: AbortSignal): Promise<void>;
  /** Leaves the lanes. The plans behind move up, but never past a plan that is still ahead of this one. */
  leave(): void;
}

/** Queues by name. A plan in several lanes runs when it is first in each. Empty lanes are forgotten. */
export class Lanes {
  /** The last entry of each lane. */
  readonly #last = new Map<string, Entry>();

  /** How many lanes are not empty. */
  get size(): number {
    return this.#last.size;
  }

  /** Enters all the lanes at once, behind every earlier plan: so no two plans wait for each other. */
  enter(lanes: Iterable<string>): Place {
    const entry: Entry = {
      ahead: 0,
      left: false,
      lanes: [...new Set(lanes)],
      behind: [],
      onFirst: undefined,
    };
    for (const lane of entry.lanes) {
      const last = this.#last.get(lane);
      if (last !== undefined) {
        last.behind.push(entry);
        entry.ahead += 1;
      }
      this.#last.set(lane, entry);
    }
    return {
      get isFirst() {
        return entry.ahead === 0;
      },
      wait: (signal) => waitUntilFirst(entry, signal),
      leave: () => {
        entry.left = true;
        if (entry.ahead === 0) this.#remove(entry);
      },
    };
  }

  /** A loop, not a recursion: thousands of entries behind may have left already. */
  #remove(first: Entry): void {
    const removable = [first];
    for (let entry = removable.pop(); entry !== undefined; entry = removable.pop()) {
      for (const lane of entry.lanes) {
        if (this.#last.get(lane) === entry) this.#last.delete(lane);
      }
      for (const next of entry.behind) {
        next.ahead -= 1;
        if (next.ahead > 0) continue;
        if (next.left) removable.push(next);
        else next.onFirst?.();
      }
    }
  }
}

function waitUntilFirst(entry: Entry, signal: AbortSignal): Promise<void> {
  if (entry.ahead === 0) return Promise.resolve();
  return waitFor(signal, (resolve) => {
    entry.onFirst = resolve;
    return () => {
      entry.onFirst = undefined;
    };
  });
}
