// 2,000 mixed messages through the simulated RudderStack host, `gainsight-px serve`, and a simulated PX with
// the real rate limit, each in its own process. Counts the requests per message in both modes, for an empty
// PX and for one that knows all users. run.mjs runs it.
//
// Destination, service and host have their defaults; the settings of the simulated PX are printed. The mix is
// that of real messages: each has its own anonymous id, so the host keeps no order; users share accounts, and
// groups come before identifies.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { createHost } from '../test/host/simulated-host';
import { gainsightDestination } from '../test/host/destination';
import type { HostEvent } from '../test/host/job';
import { shortened } from '../test/host/timing';
import { mixedMessages } from './messages.mjs';

const COMMAND = path.resolve(path.dirname(process.argv[1]!), '../dist/cjs/cli/main.js');
const MESSAGES = process.argv.includes('--short') ? 400 : 2000;
/** The latency and the rate limit of PX. */
const PX = { latencyMs: 20, requestsPerSecond: 200 };
/** The two required keys of a destination. */
const CONFIG = { apiKey: '00000000-0000-0000-0000-000000000000', productTagKey: 'AP-EXAMPLE-2' } as const;
/** The host's own timing, but it polls the features every second, because a run ends with a poll. */
const TIMING = { ...shortened(1), featuresPollMs: 1000 };

interface Message extends Record<string, unknown> {
  readonly type: string;
  readonly userId: string;
}

/** The controls of the simulated PX. */
interface PxCounts {
  readonly requests: {
    readonly total: number;
    readonly byStatus: Readonly<Record<string, number>>;
    readonly peakPerSecond: number;
  };
  readonly eventCounts: { readonly total: number; readonly duplicates: number };
}

interface Row {
  readonly 'requests/message': number;
  readonly lost: number;
  readonly 'events missing': number;
  readonly 'events doubled': number;
  readonly '429s': number;
  readonly 'requests in the fullest second': number;
  readonly violations: number;
  readonly seconds: number;
}

/** A command of this package in its own process. */
interface Running {
  readonly origin: string;
  stop(): Promise<void>;
}

const messages = mixedMessages(MESSAGES).map((line: string, at: number): Message => ({
  ...(JSON.parse(line) as Message),
  anonymousId: `anon-${at}`,
}));
const tracks = messages.filter(({ type }) => type === 'track').length;

/** Starts a command whose first line is JSON with its origin. */
async function start(...args: readonly string[]): Promise<Running> {
  const child = spawn(process.execPath, [COMMAND, ...args], { stdio: ['ignore', 'pipe', 'ignore'] });
  const lines = createInterface(child.stdout);
  const [line] = (await once(lines, 'line')) as [string];
  const { origin } = JSON.parse(line) as { origin: string };
  return {
    origin,
    stop: async () => {
      child.kill('SIGINT');
      await once(child, 'close');
    },
  };
}

async function askPx(origin: string, what: string, method = 'GET'): Promise<string> {
  return (await fetch(`${origin}/__simulator/${what}`, { method })).text();
}

async function countsOf(origin: string): Promise<PxCounts> {
  const requests = JSON.parse(await askPx(origin, 'requests')) as PxCounts['requests'];
  const { eventCounts } = JSON.parse(await askPx(origin, 'state')) as PxCounts;
  return { requests, eventCounts };
}

/** One run with a new service, which knows nothing of earlier runs. */
async function run(mode: string, px: Running): Promise<Row> {
  const service = await start('serve', '--port', '0', '--mode', mode, '--px-url', px.origin);
  const resolve = (url: string): string => url.replace(/^https:\/\/api[a-z0-9-]*\.aptrinsic\.com/, px.origin);
  const delivery = mode === 'delivery' ? 'proxy' : 'direct';
  const host = createHost({ transformUrl: service.origin, delivery, resolve, timing: TIMING });
  const destination = gainsightDestination(CONFIG);

  await askPx(px.origin, 'reset?only=requests', 'POST');
  const before = await countsOf(px.origin);
  const report = await host.run(messages.map((message): HostEvent => ({ message, destination })));
  const { requests, eventCounts } = await countsOf(px.origin);
  await service.stop();
  const written = eventCounts.total - before.eventCounts.total;
  // The events of the earlier run have the same bodies.
  const seenBefore = before.eventCounts.total === 0 ? 0 : tracks;
  const doubled = eventCounts.duplicates - before.eventCounts.duplicates - seenBefore;
  return {
    'requests/message': Number((requests.total / MESSAGES).toFixed(3)),
    lost: MESSAGES - (report.states.Succeeded ?? 0),
    'events missing': tracks - (written - doubled),
    'events doubled': doubled,
    '429s': requests.byStatus['429'] ?? 0,
    'requests in the fullest second': requests.peakPerSecond,
    violations: report.violations.length,
    seconds: Number((report.durationMs / 1000).toFixed(1)),
  };
}

/** Groups that come before every identify of their user. */
function groupsBeforeUsers(): number {
  const identified = new Set<string>();
  return messages.filter(({ type, userId }) => {
    if (type === 'identify') identified.add(userId);
    return type === 'group' && !identified.has(userId);
  }).length;
}

async function main(): Promise<void> {
  const { latencyMs, requestsPerSecond } = PX;
  const limits = ['--latency-ms', String(latencyMs), '--rate-limit', String(requestsPerSecond)];
  const rows: Record<string, Row> = {};
  for (const mode of ['inline', 'delivery']) {
    const px = await start('simulate', '--json', ...limits);
    rows[`${mode}, empty PX`] = await run(mode, px);
    rows[`${mode}, all known`] = await run(mode, px);
    await px.stop();
  }
  console.log(
    `\nhost and service, all with their defaults: ${MESSAGES} mixed messages, ${groupsBeforeUsers()} of them groups before their users; ` +
      `PX: ${latencyMs} ms latency, ${requestsPerSecond} requests a second allowed`,
  );
  console.table(rows);
}

void main();
