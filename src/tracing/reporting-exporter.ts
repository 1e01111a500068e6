import type { ExportResult } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';

/** The log for faults of a collector. */
export interface TracingLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** Logs once when spans cannot be exported, and once when they can be again. */
export class ReportingExporter implements SpanExporter {
  #isFailing = false;

  /**
   * @param collector its host and port
   * @param success the code of a result that has no fault
   */
  constructor(
    private readonly exporter: SpanExporter,
    private readonly success: ExportResult['code'],
    private readonly collector: string,
    private readonly log: TracingLog,
  ) {}

  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    this.exporter.export(spans, (result) => {
      this.#note(result);
      done(result);
    });
  }

  shutdown(): Promise<void> {
    return this.exporter.shutdown();
  }

  #note({ code, error }: ExportResult): void {
    const isFailing = code !== this.success;
    if (isFailing === this.#isFailing) return;
    this.#isFailing = isFailing;
    const { collector } = this;
    if (isFailing)
      this.log.warn({ collector, reason: reasonOf(error) }, 'traces cannot be exported and are dropped');
    else this.log.info({ collector }, 'traces are exported again');
  }
}

/** The network's code or the HTTP status. The text of an error is the collector's own. */
function reasonOf(error: Error | undefined): string {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return typeof code === 'string' || typeof code === 'number' ? String(code) : 'no answer in time';
}
