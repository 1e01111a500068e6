import type {
  DestinationConfig,
  DroppedValue,
  Explanation,
} from '../../../destinations/gainsight_px/index.js';

/** What would let a value through. */
export type Remedy =
  /** A change of the configuration; with `next` as configuration the value is sent. */
  | {
      readonly kind: 'change';
      readonly label: string;
      readonly detail: string;
      readonly next: DestinationConfig;
    }
  /** What to change in the event, in a sentence. */
  | { readonly kind: 'event'; readonly text: string };

export type Change = Omit<Extract<Remedy, { kind: 'change' }>, 'kind'>;

/** What a dropped value is judged by. */
export interface Case {
  readonly dropped: DroppedValue;
  readonly explanation: Explanation;
  readonly message: unknown;
  /** As the user wrote it: without a placeholder for the key. */
  readonly config: DestinationConfig;
  /** The object of PX whose maps read the traits of this message. */
  readonly object: 'user' | 'account' | undefined;
  /** The name that a row of a map would have for the value. */
  readonly trait: string | undefined;
}
