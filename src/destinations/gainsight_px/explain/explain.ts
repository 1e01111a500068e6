import { InternalError } from '../../../core/index.js';
import type { MessageMapper } from '../messages/map-message.js';
import { Recording } from './recording.js';
import { junkIdWarnings, warnings } from './warnings.js';
import type { Explanation } from './explanation.js';

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
