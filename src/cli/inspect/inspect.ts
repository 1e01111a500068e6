import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { isLoopbackHost, PAGE_HEADERS } from '../../runtime/index.js';
import { type CommandIo, UsageError } from '../io.js';
import { print } from '../output/print.js';
import { printable } from '../output/printable.js';
import { readPage, withData } from '../pages/page.js';
import { stopSignal } from '../stop-signal.js';
import { inspectorStart } from './inspector-start.js';

/** The parsed options of `inspect`. */
export interface InspectOptions {
  readonly config?: string;
  readonly port: number;
}

const HOST = '127.0.0.1';

/** The page holds messages: no browser stores it. */
const HEADERS = { ...PAGE_HEADERS, 'cache-control': 'no-store' };

/** Serves the inspector on this machine until a signal stops it. */
export async function inspect(
  files: readonly string[],
  options: InspectOptions,
  io: CommandIo,
): Promise<void> {
  const { start, notices } = await inspectorStart(files, options, io);
  const page = withData(readPage('inspector'), start);
  const server = createServer(({ headers }, response) => {
    // A page of the internet can have its own name resolve to this machine, and would read the messages.
    const isOurs = isLoopbackHost(headers.host ?? '');
    response.writeHead(isOurs ? 200 : 421, HEADERS).end(isOurs ? page : '');
  });
  const port = await listen(server.listen({ port: options.port, host: HOST }), options.port);
  // Before the line below: its reader may stop the command at once.
  const stopped = stopSignal(io);
  for (const notice of notices) io.stderr.write(`note: ${printable(notice)}\n`);
  await print(io, `Open http://${HOST}:${port}/ in a browser; Ctrl-C ends it.\n`);
  await stopped;
  server.close();
  server.closeAllConnections();
}

async function listen(server: ReturnType<typeof createServer>, asked: number): Promise<number> {
  try {
    await once(server, 'listening');
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw new UsageError(
      `cannot listen on ${HOST}, port ${asked} (${code}): choose another --port, or 0 for a free one`,
    );
  }
  return (server.address() as AddressInfo).port;
}
