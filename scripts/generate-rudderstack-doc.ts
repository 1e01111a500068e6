// Writes the answers in docs/rudderstack.md: what the service answers to the curl calls there. The rest of
// the page is written by hand.
import { STATUS_CODES } from 'node:http';
import path from 'node:path';
import { createHttpFetch } from '../src/router';
import { createService, type Mode } from '../src/service';
import { createSimulator } from '../src/simulator';

export const RUDDERSTACK_DOC_FILE = path.join(__dirname, '../docs/rudderstack.md');

const BASE = 'http://127.0.0.1:9090';
const SHOWN_HEADERS = ['apiVersion', 'X-Rudder-Should-Retry', 'X-Rudder-Error-Reason', 'Retry-After'];
const LINE_WIDTH = 150;

/** A call, with the block of its answer if there is one. */
const CALL = /^```sh\n((?:# .*\n)?curl -si [^`]*)```\n(?:```http\n[^`]*```\n)?/gm;

/** A call as the document has it. */
interface Call {
  /** As the document shows it. */
  readonly command: string;
  readonly mode: Mode;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** The document with the current answers of the service; each call has its own service and simulated PX. */
export async function generateRudderstackDoc(text: string): Promise<string> {
  const calls = [...text.matchAll(CALL)].map(([, command]) => parseCall(command!));
  const plan = calls.find(({ path: target, mode }) => mode === 'delivery' && target === '/routerTransform');
  const parcel = plan === undefined ? {} : parcelOf((await answerTo(plan)).body);
  const blocks: string[] = [];
  for (const call of calls) blocks.push(await blockOf(withParcel(call, parcel)));
  return text.replace(CALL, () => blocks.shift()!);
}

function parseCall(command: string): Call {
  const [, mode = 'inline'] = /^# --mode (\w+)$/m.exec(command) ?? [];
  const [, target = ''] = new RegExp(`^curl -si ${BASE}(\\S+)`, 'm').exec(command) ?? [];
  const [, body] = / -d '([^']*)'/.exec(command) ?? [];
  const headers = [...command.matchAll(/ -H '([\w-]+): ([^']*)'/g)].map(([, name, value]) => [name, value]);
  return {
    command,
    mode: mode as Mode,
    path: target,
    headers: Object.fromEntries(headers) as Record<string, string>,
    body,
  };
}

async function answerTo({ mode, path: url, headers, body }: Call) {
  const simulator = createSimulator();
  const { origin } = await simulator.listen();
  const send = createHttpFetch();
  const service = createService({
    mode,
    version: '0.1.0',
    fetch: (target, init) => send(target.replace('https://api.aptrinsic.com', origin), init),
  });
  try {
    // The content type that curl sends by default.
    const all = { 'content-type': 'application/x-www-form-urlencoded', ...headers };
    const request =
      body === undefined
        ? ({ method: 'GET', url, headers } as const)
        : ({ method: 'POST', url, headers: all, payload: body } as const);
    return await service.inject(request);
  } finally {
    await service.close();
    await simulator.close();
  }
}

/**
 * The body for the delivery proxy: the plan of an answer to `/routerTransform`, with the host's additions.
 */
function parcelOf(answer: string): object {
  const { output } = JSON.parse(answer) as {
    output: [{ batchedRequest: object; destination: { Config: object } }];
  };
  const [{ batchedRequest, destination }] = output;
  const metadata = {
    jobId: 1,
    attemptNum: 0,
    userId: '',
    sourceId: 'src-1',
    destinationId: 'dest-1',
    workspaceId: 'ws-1',
    secret: null,
    dontBatch: false,
  };
  return { ...batchedRequest, metadata, destinationConfig: destination.Config };
}

function withParcel(call: Call, parcel: { readonly metadata?: object }): Call {
  const [, version] = /^\/(v[01])\/.*\/proxy$/.exec(call.path) ?? [];
  if (version === undefined) return call;
  const body = layOut(version === 'v1' ? { ...parcel, metadata: [parcel.metadata] } : parcel);
  return { ...call, body, command: call.command.replace(/ -d '[^']*'/, ` -d '${body}'`) };
}

async function blockOf(call: Call): Promise<string> {
  const { statusCode, headers, body } = await answerTo(call);
  const head = SHOWN_HEADERS.flatMap((name) => {
    const value = headers[name.toLowerCase()];
    return value === undefined ? [] : [`${name}: ${String(value)}`];
  });
  return [
    `\`\`\`sh\n${call.command}\`\`\``,
    '```http',
    `HTTP/1.1 ${statusCode} ${STATUS_CODES[statusCode] ?? ''}`,
    ...head,
    '',
    /^[[{]/.test(body) ? layOut(JSON.parse(body)) : partOf(body),
    '```\n',
  ].join('\n');
}

/** Some metrics whose values are the same in every run. */
function partOf(metrics: string): string {
  const lines = metrics.split('\n').filter((line) => /gainsight_px_(plans_pending|px_retries)/.test(line));
  return [...lines, '…'].join('\n');
}

/** JSON in lines of a readable length. */
function layOut(value: unknown, indent = ''): string {
  const flat = JSON.stringify(value);
  if (typeof value !== 'object' || value === null || flat.length + indent.length <= LINE_WIDTH) return flat;
  const inner = `${indent}  `;
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  const parts = Array.isArray(value)
    ? value.map((item) => layOut(item, inner))
    : Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${layOut(item, inner)}`);
  return `${open}\n${parts.map((part) => inner + part).join(',\n')}\n${indent}${close}`;
}
