/** More lanes than this are not told apart: all of the key's lanes are then blocked, so that memory stays bounded. */
const MAX_LANES = 100_000;

/** The blocked lanes of one API key and base URL. */
class BlockedLanes {
  /** Lane to the turn of the plan that blocked it first. Earlier turns are not blocked: they come before what failed. */
  readonly since = new Map<string, number>();
  #allSince = Infinity;

  block(lanes: readonly string[], turn: number): void {
    for (const lane of lanes) {
      const since = this.since.get(lane);
      if (since === undefined && this.since.size >= MAX_LANES)
        this.#allSince = Math.min(this.#allSince, turn);
      else this.since.set(lane, Math.min(turn, since ?? Infinity));
    }
  }

  blocks(lanes: readonly string[], turn: number): boolean {
    return turn > this.#allSince || lanes.some((lane) => turn > (this.since.get(lane) ?? Infinity));
  }
}

/**
 * The lanes in which a plan failed in a way that may pass: later plans there are not to be sent.
 *
 * Make one with `createBlockade()`, for the plans of one router; its methods are that router's.
 */
export class Blockade {
  readonly #scopes = new Map<string, BlockedLanes>();

  /** How many lanes are blocked. */
  get size(): number {
    let size = 0;
    for (const { since } of this.#scopes.values()) size += since.size;
    return size;
  }

  /** Blocks lanes for all turns after `turn`. @internal */
  block(scopeId: string, lanes: readonly string[], turn: number): void {
    let blocked = this.#scopes.get(scopeId);
    if (blocked === undefined) this.#scopes.set(scopeId, (blocked = new BlockedLanes()));
    blocked.block(lanes, turn);
  }

  /** Whether a plan of these lanes and that turn comes after one that failed. @internal */
  blocks(scopeId: string, lanes: readonly string[], turn: number): boolean {
    return this.#scopes.get(scopeId)?.blocks(lanes, turn) ?? false;
  }
}

/**
 * A new blockade: handed to `deliver` with every plan of a batch, it makes those that come after one that failed in a way that may
 * pass, in the same lane, fail as `blocked` instead of overtaking it.
 *
 * @example
 * const blockade = createBlockade();
 * const outcomes = await Promise.all(batch.map((plan) => router.deliver(plan, { blockade })));
 */
export function createBlockade(): Blockade {
  return new Blockade();
}
