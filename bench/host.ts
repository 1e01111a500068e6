// 2,000 mixed messages through the simulated RudderStack host and the service, with a simulated PX of 20 ms latency: requests per message
// in both modes, with an empty PX and with one that knows everybody. Run by run.mjs, in a process of its own.
import { createHttpFetch } from '../src/router';
import { createService, type Mode } from '../src/service';
import { createSimulator } from '../src/simulator';
import { createHost } from '../test/host/host';
import { gainsightDestination } from '../test/host/destination';
import { mixedMessages } from './messages.mjs';

const MESSAGES = 2000;
const LATENCY_MS = 20;
const CONFIG = {
  apiKey: '00000000-0000-0000-0000-000000000000',
  productTagKey: 'AP-EXAMPLE-2',
  missingUserOnGroup: 'create',
} as const;
const REAL_PX = /^https:\/\/api[a-z0-9-]*\.aptrinsic\.com/;

interface Row {
  readonly 'requests/message': number;
  readonly lost: number;
  readonly violations: number;
  readonly ms: number;
}

async function run(mode: Mode, origin: string, count: () => number): Promise<Row> {
  const httpFetch = createHttpFetch();
  const resolve = (url: string): string => url.replace(REAL_PX, origin);
  const router = { requestsPerSecond: Infinity, requestsPerDay: Infinity };
  const service = createService({ mode, router, fetch: (url, init) => httpFetch(resolve(url), init) });
  const { origin: transformUrl } = await service.listen({ port: 0 });
  const delivery = mode === 'delivery' ? 'proxy' : 'direct';
  const host = createHost({ transformUrl, delivery, resolve });

  const destination = gainsightDestination(CONFIG);
  const events = mixedMessages(MESSAGES).map((line: string) => ({
    message: JSON.parse(line) as Record<string, unknown>,
    destination,
  }));
  const before = count();
  const started = performance.now();
  const report = await host.run(events);
  const ms = Math.round(performance.now() - started);
  await service.close();
  return {
    'requests/message': Number(((count() - before) / MESSAGES).toFixed(3)),
    lost: MESSAGES - (report.states.Succeeded ?? 0),
    violations: report.violations.length,
    ms,
  };
}

async function main(): Promise<void> {
  const rows: Record<string, Row> = {};
  for (const mode of ['inline', 'delivery'] as const) {
    const px = createSimulator({ latencyMs: LATENCY_MS });
    const { origin } = await px.listen();
    for (const round of ['empty PX', 'all known'] as const) {
      rows[`${mode}, ${round}`] = await run(mode, origin, () => px.requests.total);
    }
    await px.close();
  }
  console.log(`\nhost and service: ${MESSAGES} mixed messages, ${LATENCY_MS} ms latency, 64 workers`);
  console.table(rows);
}

void main();
