import type * as api from '@opentelemetry/api';
import type * as core from '@opentelemetry/core';
import type * as exporter from '@opentelemetry/exporter-trace-otlp-http';
import type * as resources from '@opentelemetry/resources';
import type * as sdk from '@opentelemetry/sdk-trace-base';
import { ConfigurationError } from '../core/index.js';

/** The packages of OpenTelemetry. Their types stay inside of this layer. */
export interface Packages {
  readonly api: typeof api;
  readonly core: typeof core;
  readonly resources: typeof resources;
  readonly sdk: typeof sdk;
  readonly exporter: typeof exporter;
}

/** One release of OpenTelemetry: the packages of another one bring their own copies of these. */
const INSTALL =
  'npm install @opentelemetry/api@~1.9.1 @opentelemetry/core@~2.12.1 @opentelemetry/resources@~2.12.1 @opentelemetry/sdk-trace-base@~2.12.1 @opentelemetry/exporter-trace-otlp-http@~0.223.1';

/**
 * Loads the optional peer dependencies.
 *
 * @throws ConfigurationError `configuration_invalid` when one is not installed
 */
export async function loadPackages(): Promise<Packages> {
  try {
    return {
      api: await import('@opentelemetry/api'),
      core: await import('@opentelemetry/core'),
      resources: await import('@opentelemetry/resources'),
      sdk: await import('@opentelemetry/sdk-trace-base'),
      exporter: await import('@opentelemetry/exporter-trace-otlp-http'),
    };
  } catch (cause) {
    if (!/MODULE_NOT_FOUND/.test(String((cause as NodeJS.ErrnoException).code))) throw cause;
    const message = `traces need packages of OpenTelemetry that are not installed: run ${INSTALL} where gainsight-px is installed, or set OTEL_SDK_DISABLED=true`;
    throw new ConfigurationError('configuration_invalid', message, {
      issues: [{ path: 'OTEL_EXPORTER_OTLP_ENDPOINT', message }],
      cause,
    });
  }
}
