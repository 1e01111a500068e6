import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DeliveryMetrics } from '../../metrics/index.js';
import { UsageError } from '../io.js';
import type { ConsumeOptions } from './options.js';

/** What `/health` replies. */
export interface Health {
  /** Whether the process does its work; `DOWN` is a 503. */
  readonly service: 'UP' | 'DOWN';
  readonly [detail: string]: unknown;
}

export interface MetricsServer {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Serves `GET /health` and `GET /metrics`, where a port is given.
 *
 * @throws UsageError when it cannot listen there
 */
export async function serveMetrics(
  { metricsHost: host, metricsPort: port }: Pick<ConsumeOptions, 'metricsHost' | 'metricsPort'>,
  health: () => Health,
  metrics: DeliveryMetrics,
): Promise<MetricsServer | undefined> {
  if (port === undefined) return undefined;
  const server = createServer((request, response) => {
    const reply = (status: number, type: string, text: string): void => {
      response.writeHead(status, { 'content-type': type }).end(text);
    };
    const path = request.url?.replace(/\?.*/, '');
    if (path === '/health') {
      const body = health();
      reply(body.service === 'UP' ? 200 : 503, 'application/json', JSON.stringify(body));
    } else if (path === '/metrics') {
      metrics.text().then(
        (text) => {
          reply(200, metrics.contentType, text);
        },
        () => {
          reply(500, 'text/plain', 'the metrics could not be collected\n');
        },
      );
    } else reply(404, 'text/plain', 'this port has /health and /metrics\n');
  });
  await listen(server, { host, port });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, { host, port }: { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', ({ code = 'unknown error' }: NodeJS.ErrnoException) => {
      const place = `${host}, port ${port} (${code})`;
      reject(new UsageError(`cannot listen on ${place}: choose another --metrics-port, or 0 for a free one`));
    });
    server.listen({ host, port }, resolve);
  });
}
