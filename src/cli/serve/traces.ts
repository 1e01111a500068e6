import { isDestinationError } from '../../core/index.js';
import { systemClock } from '../../router/index.js';
import type { ServiceLog } from '../../service/index.js';
import type { OpenTracing } from '../../tracing/index.js';
import { UsageError, type Environment } from '../io.js';

/** How long the last traces may take at the end: a collector that is there answers in milliseconds. */
const FLUSH_MS = 2_000;

/** Whether the environment asks for traces, in OpenTelemetry's own words. */
export function wantsTraces(env: Environment): boolean {
  const isSet = (name: string): boolean => (env[name] ?? '').trim() !== '';
  if (env.OTEL_SDK_DISABLED?.trim().toLowerCase() === 'true') return false;
  if (env.OTEL_TRACES_EXPORTER?.trim().toLowerCase() === 'none') return false;
  return isSet('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT') || isSet('OTEL_EXPORTER_OTLP_ENDPOINT');
}

/** @throws UsageError when the environment asks for traces, and they cannot be exported */
export async function openTraces(
  env: Environment,
  version: string | undefined,
  log: ServiceLog,
): Promise<OpenTracing | undefined> {
  if (!wantsTraces(env)) return undefined;
  // Loaded here: its packages take longer to load than all else.
  const { openTracing } = await import('../../tracing/index.js');
  try {
    return await openTracing({ version, log, env });
  } catch (error) {
    if (isDestinationError(error) && error.kind === 'configuration') throw new UsageError(error.message);
    throw error;
  }
}

/** How long a stop may take, and what cuts it short. */
export interface StopBudget {
  /** On the system clock. */
  readonly endMs: number;
  readonly hurry: AbortSignal;
}

/** Exports the last traces; `false` when the collector does not take them in time. */
export async function closeTraces(
  traces: OpenTracing | undefined,
  { endMs, hurry }: StopBudget,
): Promise<boolean> {
  if (traces === undefined) return true;
  const timeMs = Math.min(FLUSH_MS, Math.max(0, endMs - systemClock.nowMs()));
  // A signal that ended the wait for requests does not end this one, too.
  return traces.close({ timeMs, hurry: hurry.aborted ? undefined : hurry });
}
