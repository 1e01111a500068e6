import { waitFor } from '../../runtime/index.js';

interface Place {
  /** How many places are still ahead, counted once per lane. */
  ahead: number;
  left: boolean;
  readonly lanes: readonly string[];
  /** Who stands directly behind, in any of the lanes. */
  readonly behind: Place[];
  onTurn: (() => void) | undefined;
}

/** One plan's place in all of its lanes. */
export interface Turn {
  /** Whether the plan heads all of its lanes. */
  readonly come: boolean;
  /** Resolves when the plan heads all of its lanes; rejects with the signal's reason when that comes first. */
  wait(signal: AbortSignal): Promise<void>;
  /** Gives the places up; those behind move up, but never past a plan that is still ahead of this one. */
  leave(): void;
}

/** Queues by name: who stands in several has their turn when they head them all. Empty queues are forgotten. */
export class Lanes {
  /** The last place in each lane. */
  readonly #last = new Map<string, Place>();

  /** How many lanes somebody stands in. */
  get size(): number {
    return this.#last.size;
  }

  /** Takes the last place in each of the lanes, at once: that no two plans can wait for each other follows from it. */
  enter(lanes: Iterable<string>): Turn {
    const place: Place = { ahead: 0, left: false, lanes: [...new Set(lanes)], behind: [], onTurn: undefined };
    for (const lane of place.lanes) {
      const last = this.#last.get(lane);
      if (last !== undefined) {
        last.behind.push(place);
        place.ahead += 1;
      }
      this.#last.set(lane, place);
    }
    return {
      get come() {
        return place.ahead === 0;
      },
      wait: (signal) => waitForTurn(place, signal),
      leave: () => {
        place.left = true;
        if (place.ahead === 0) this.#remove(place);
      },
    };
  }

  /** A loop, not a recursion: a lane may hold thousands that have left already. */
  #remove(first: Place): void {
    const removable = [first];
    for (let place = removable.pop(); place !== undefined; place = removable.pop()) {
      for (const lane of place.lanes) {
        if (this.#last.get(lane) === place) this.#last.delete(lane);
      }
      for (const next of place.behind) {
        next.ahead -= 1;
        if (next.ahead > 0) continue;
        if (next.left) removable.push(next);
        else next.onTurn?.();
      }
    }
  }
}

function waitForTurn(place: Place, signal: AbortSignal): Promise<void> {
  if (place.ahead === 0) return Promise.resolve();
  return waitFor(signal, (resolve) => {
    place.onTurn = resolve;
    return () => {
      place.onTurn = undefined;
    };
  });
}
