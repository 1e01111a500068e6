import type { Snapshot } from '../../checkpoint/checkpoint.js';
import type { Remarks } from '../report/counts.js';
import type { Rejection } from '../../rejected/rejection.js';
import type { DeliverState, SavedRefusal } from '../resume/deliver-state.js';

/** A rejection on its way to the rejected file. */
export interface Rejected {
  readonly rejection: Rejection;
  readonly remarks: Remarks | undefined;
  /** Whether requests of it were sent. */
  readonly wasSent: boolean;
  readonly mayBeDuplicate: boolean;
}

/** A message that this run has read, with its number in the input. */
interface ReadMessage {
  readonly number: number;
  /** Why it is rejected; `undefined`: it is not settled. */
  readonly result: Pick<Rejected, 'rejection' | 'wasSent'> | undefined;
}

interface Left {
  /** Whether PX may have its event. */
  readonly mayHaveLanded: boolean;
  readonly refusal: SavedRefusal | undefined;
}

/** More are not stored: they are sent again, and PX refuses them again. */
const MAX_SAVED_REFUSALS = 5_000;

/** The messages that a run has read and that stay for the next run. */
export class LeftMessages {
  /** By their numbers. */
  readonly #left = new Map<number, Left>();
  #first = Infinity;
  readonly #refusedBefore: ReadonlyMap<number, SavedRefusal>;

  /** @param refused what PX has refused in an earlier run, and no file holds yet */
  constructor(refused: readonly SavedRefusal[]) {
    this.#refusedBefore = new Map(refused.map((refusal) => [refusal.number, refusal]));
  }

  /** Why PX refused a message in an earlier run; `undefined`: it did not. */
  refusedBefore(number: number): SavedRefusal | undefined {
    return this.#refusedBefore.get(number);
  }

  /** The first of them; Infinity for none. */
  get first(): number {
    return this.#first;
  }

  /** Leaves a message that is not settled. */
  add(number: number, mayHaveLanded: boolean): void {
    this.#add(number, { mayHaveLanded, refusal: undefined });
  }

  /** Leaves a message whose rejection is kept nowhere. */
  addRejected(number: number, { rejection, wasSent }: Rejected): void {
    const refusal = refusalOf({ number, result: { rejection, wasSent } });
    this.#add(number, { mayHaveLanded: rejection.mayHaveLanded === true, refusal });
  }

  #add(number: number, left: Left): void {
    this.#left.set(number, left);
    this.#first = Math.min(this.#first, number);
  }

  /**
   * What is not settled, for a checkpoint.
   *
   * @param unfinished messages that this run may still settle
   * @param readUpTo how many messages are read
   */
  save(
    unfinished: readonly ReadMessage[],
    readUpTo: number,
  ): Pick<Snapshot<unknown>, 'unsettled' | 'mayHaveLanded'> & Pick<DeliverState, 'refused'> {
    const refused = [
      ...unfinished.flatMap((message) => refusalOf(message) ?? []),
      ...[...this.#left.values()].flatMap(({ refusal }) => refusal ?? []),
      ...[...this.#refusedBefore.values()].filter(({ number }) => number > readUpTo),
    ];
    return {
      unsettled: [...unfinished.map(({ number }) => number), ...this.#left.keys()].sort((a, b) => a - b),
      mayHaveLanded: [...this.#left].filter(([, left]) => left.mayHaveLanded).map(([number]) => number),
      refused: refused.slice(0, MAX_SAVED_REFUSALS),
    };
  }
}

/** The refusal of a message by PX; `undefined` when later messages of its lanes wait for it, so that it can be sent again. */
function refusalOf({ number, result }: ReadMessage): SavedRefusal | undefined {
  if (result?.wasSent !== true) return undefined;
  const { code, reason, retryable } = result.rejection;
  return retryable && code !== 'user_not_found' ? undefined : { number, code, reason, retryable };
}
