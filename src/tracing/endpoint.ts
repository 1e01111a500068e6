import { ConfigurationError } from '../core/index.js';

/** The environment variables, as OpenTelemetry names them. */
export type TracingEnvironment = Readonly<Record<string, string | undefined>>;

/** The first one wins, as in the exporter. */
const ENDPOINTS = ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT'] as const;
const PROTOCOLS = ['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'OTEL_EXPORTER_OTLP_PROTOCOL'] as const;

const valueOf = (env: TracingEnvironment, names: readonly string[]): [string, string] | undefined =>
  names.map((name): [string, string] => [name, env[name]?.trim() ?? '']).find(([, value]) => value !== '');

/**
 * Host and port of the collector, for the log: a URL may hold a password. The exporter itself would send to `localhost` where the URL is not
 * valid.
 *
 * @throws ConfigurationError `configuration_invalid`
 */
export function collectorOf(env: TracingEnvironment): string {
  const [name, url] = valueOf(env, ENDPOINTS) ?? [ENDPOINTS[1], ''];
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return new URL(url).host;
  const message = 'expected the URL of a collector, such as http://127.0.0.1:4318';
  throw new ConfigurationError('configuration_invalid', `${name}: ${message}`, {
    issues: [{ path: name, message }],
  });
}

/** Whether the environment asks for a protocol that is not spoken here. */
export function asksForGrpc(env: TracingEnvironment): boolean {
  return valueOf(env, PROTOCOLS)?.[1] === 'grpc';
}
