import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { PAGE_HEADERS } from '../../runtime/index.js';
import { type CommandIo, UsageError } from '../io.js';
import { print } from '../output/print.js';
import { readPage } from '../pages/page.js';
import { stopSignal } from '../stop-signal.js';

/** The parsed options of `inspect`. */
export interface InspectOptions {
  readonly port: number;
}

const HOST = '127.0.0.1';

/** Serves the inspector on this machine until a signal stops it. */
export async function inspect({ port }: InspectOptions, io: CommandIo): Promise<void> {
  const page = readPage('inspector');
  const server = createServer((_request, response) => {
    response.writeHead(200, PAGE_HEADERS).end(page);
  });
  try {
    await once(server.listen({ port, host: HOST }), 'listening');
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw new UsageError(
      `cannot listen on ${HOST}, port ${port} (${code}): choose another --port, or 0 for a free one`,
    );
  }
  // Before the line below: its reader may stop the command at once.
  const stopped = stopSignal(io);
  const { port: chosen } = server.address() as AddressInfo;
  await print(io, `Open http://${HOST}:${chosen}/ in a browser; Ctrl-C ends it.\n`);
  await stopped;
  server.close();
  server.closeAllConnections();
}
