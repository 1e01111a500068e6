/** Exports traces with OpenTelemetry: `openTracing`. Only this layer uses its packages. */
export { openTracing, type OpenTracing } from './open-tracing.js';
