import { compile, isDestinationError } from '../../src/index';
import { createRouter } from '../../src/router';
import { createSimulator, type Snapshot } from '../../src/simulator';
import { CONFIG, DECLARED, type ChaosMessage } from './workload';

/** What a run without any fault leaves. */
export interface Reference {
  readonly snapshot: Snapshot;
  /** The messages that can never be delivered. */
  readonly refused: ReadonlySet<string>;
}

/** Delivers the messages one after another to a PX that never fails. */
export async function deliverOneByOne(messages: readonly ChaosMessage[]): Promise<Reference> {
  const simulator = createSimulator({ apiKey: CONFIG.apiKey, attributes: DECLARED! });
  const { origin } = await simulator.listen();
  const router = createRouter({ origin, requestsPerSecond: Infinity, requestsPerDay: Infinity });
  const destination = compile(CONFIG);
  const refused = new Set<string>();
  for (const message of messages) {
    if (message.type === 'page') continue;
    try {
      const outcome = await router.deliver(destination.process(message));
      if (outcome.delivered) continue;
      if (outcome.retryable) throw new Error(`the reference failed: ${outcome.message}`);
    } catch (error) {
      if (!isDestinationError(error)) throw error;
    }
    refused.add(message.messageId);
  }
  await router.close();
  await simulator.close();
  return { snapshot: simulator.state.snapshot({ distinctEvents: true }), refused };
}
