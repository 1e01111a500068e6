import type { ConfigDefaults } from '../../destinations/gainsight_px/index.js';
import { configOf, destinationIdOf } from '../../protocol/index.js';
import type { JobResult } from '../batch/job-result.js';
import type { BatchJob } from '../batch/run-batch.js';
import type { LiveSource } from './live-record.js';

/** What there is to show of a job of a batch. */
export function sourceOfJob(
  { event, mapped }: BatchJob,
  result: JobResult,
  defaults: ConfigDefaults,
): LiveSource {
  const { message, metadata, destination } = event;
  return {
    // The body has a symbol in place of a line that is not JSON.
    message: typeof message === 'symbol' ? undefined : message,
    metadata,
    destinationId: destinationIdOf(destination, metadata),
    config: configOrNone(event, defaults),
    plan: 'plan' in mapped ? mapped.plan : undefined,
    result,
  };
}

function configOrNone(event: BatchJob['event'], defaults: ConfigDefaults): unknown {
  try {
    return configOf(event, defaults).config;
  } catch {
    // The event has failed for the same reason.
    return undefined;
  }
}
