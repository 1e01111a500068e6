import { Blockade } from '../../router/index.js';

const PREFIX = 'ordering-key:';

/** The lane of an ordering key, next to the lanes of PX's objects. */
export function keyLane(key: string): string {
  return PREFIX + key;
}

/**
 * A blockade of ordering keys alone: after a failure that may pass, later jobs of the key are not run. Other keys' jobs about the same
 * user or account are: the host does not hold them back either, and one failure must not fail its neighbours.
 */
export class KeyBlockade extends Blockade {
  override block(scopeId: string, lanes: readonly string[], turn: number): void {
    super.block(
      scopeId,
      lanes.filter((lane) => lane.startsWith(PREFIX)),
      turn,
    );
  }
}
