import {
  InternalError,
  type DestinationError,
  type DropReason,
  type MappedObject,
  type PlanNote,
  type RequestPlan,
} from '../../../core/index.js';
import type { MessageMapper } from '../messages/map-message.js';
import { Recording } from './recording.js';
import { junkIdWarnings, warnings, type Warning } from './warnings.js';

/** One field of a plan, and where its value came from. */
export interface ExplainedField {
  /** The object of PX that the field belongs to. */
  readonly object: MappedObject;
  /** The PX field, dotted: `location.city`. */
  readonly to: string;
  /** A path into the event (`context.traits.city`), or `config.…`, `constant`, `default: timestamp`. */
  readonly from: string;
  /** What is sent. */
  readonly value: unknown;
  /** The steps whose requests hold the field. */
  readonly steps: readonly string[];
}

/** A value of the event that is not in the plan. */
export interface DroppedValue {
  readonly path: string;
  readonly reason: DropReason;
  /** The type of the value; never the value. */
  readonly type: string;
}

/** What became of one message, field by field. */
export interface Explanation {
  /** Absent when the message cannot be mapped. */
  readonly plan?: RequestPlan;
  readonly error?: DestinationError;
  readonly fields: readonly ExplainedField[];
  readonly dropped: readonly DroppedValue[];
  /** What PX would refuse or mangle; it is sent all the same. */
  readonly warnings: readonly Warning[];
  /** What the plan leaves out whatever PX answers, because the configuration says so; absent when it is nothing. */
  readonly notes?: readonly PlanNote[];
}

/** Maps a message as `process` does, with a recorder listening. */
export function explainMessage(mapper: MessageMapper, message: unknown): Explanation {
  const recording = new Recording();
  try {
    const plan = mapper.plan(message, recording);
    const { fields, droppedValues: dropped, notes } = recording;
    const explanation = { plan, fields, dropped, warnings: warnings(plan, recording, mapper.config) };
    return notes.length === 0 ? explanation : { ...explanation, notes };
  } catch (thrown) {
    const { fields, droppedValues: dropped, junkIds } = recording;
    return { error: InternalError.from(thrown), fields, dropped, warnings: junkIdWarnings(junkIds) };
  }
}
