import type { Tracing } from '../service/index.js';
import { Deadline, systemClock, type Signal } from '../runtime/index.js';
import { asksForGrpc, collectorOf, type TracingEnvironment } from './endpoint.js';
import { OtelTracing } from './otel-tracing.js';
import { loadPackages, type Packages } from './packages.js';
import { ReportingExporter, type TracingLog } from './reporting-exporter.js';

/** What traces say of this process, and the log for faults of the collector. */
export interface TracingOptions {
  readonly version: string | undefined;
  readonly log: TracingLog;
  /** Checked here. OpenTelemetry itself reads its variables from `process.env`. */
  readonly env: TracingEnvironment;
}

/** Traces that are exported. */
export interface OpenTracing {
  readonly tracing: Tracing;
  /**
   * Exports what is left; resolves with `false` when that takes longer than it may. What the exporter has in hand then may keep the process
   * alive for some seconds.
   */
  close(limit: { readonly timeMs: number; readonly hurry?: Signal | undefined }): Promise<boolean>;
}

const NAME = 'gainsight-px';

/**
 * Exports traces over OTLP/HTTP to the collector that the environment names, in batches and apart from the work that they report. Spans that
 * wait for the collector are bounded (`OTEL_BSP_MAX_QUEUE_SIZE`, 2,048 by default); more are dropped.
 *
 * Needs packages of OpenTelemetry, which read the other variables (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables).
 *
 * @throws ConfigurationError `configuration_invalid` when the URL is not valid, or a package is not installed
 */
export async function openTracing({ version, log, env }: TracingOptions): Promise<OpenTracing> {
  const collector = collectorOf(env);
  const packages = await loadPackages();
  if (asksForGrpc(env)) {
    log.warn(
      { collector },
      'traces are exported over HTTP, not with gRPC: name the HTTP port of the collector',
    );
  }
  const { api, core } = packages;
  // What the packages say of the environment. Later they would repeat what ReportingExporter says once.
  const warn = (text: string): void => {
    log.warn({ reason: text }, 'a setting of the traces is not valid');
  };
  const ignore = (): void => undefined;
  api.diag.setLogger({ error: warn, warn, info: ignore, debug: ignore, verbose: ignore });
  const provider = makeProvider(packages, version, collector, log);
  api.diag.disable();

  return {
    tracing: new OtelTracing(provider.getTracer(NAME, version), { api, core }),
    async close({ timeMs, hurry }) {
      const deadline = new Deadline(systemClock, timeMs, { signal: hurry });
      const tooLate = new Promise<boolean>((resolve) => {
        const giveUp = (): void => {
          resolve(false);
        };
        if (deadline.signal.aborted) giveUp();
        deadline.signal.addEventListener('abort', giveUp, { once: true });
      });
      const done = provider.shutdown().then(
        () => true,
        () => true,
      );
      const isDone = await Promise.race([done, tooLate]);
      deadline.release();
      return isDone;
    },
  };
}

type Provider = InstanceType<Packages['sdk']['BasicTracerProvider']>;

function makeProvider(
  { core, resources, sdk, exporter }: Packages,
  version: string | undefined,
  collector: string,
  log: TracingLog,
): Provider {
  const own = resources.resourceFromAttributes({
    'service.name': NAME,
    ...(version === undefined ? {} : { 'service.version': version }),
    'process.pid': process.pid,
  });
  const ofEnvironment = resources.detectResources({ detectors: [resources.envDetector] });
  const reporting = new ReportingExporter(
    new exporter.OTLPTraceExporter(),
    core.ExportResultCode.SUCCESS,
    collector,
    log,
  );
  return new sdk.BasicTracerProvider({
    resource: resources.defaultResource().merge(own).merge(ofEnvironment),
    spanProcessors: [new sdk.BatchSpanProcessor(reporting)],
  });
}
