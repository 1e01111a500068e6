import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readPage } from '../../../src/cli/pages/page';
import type { LiveAnswer } from '../../../src/web/index';
import { liveAnswer } from './live-data';

export interface Asked {
  readonly query: Readonly<Record<string, string>>;
  readonly token: string | undefined;
}

/** A server of the live page whose answers the test decides. */
export interface LiveServer {
  readonly url: string;
  readonly asked: readonly Asked[];
  /** What is answered from now on; a status alone has an `error`; null: the connection breaks. */
  answer: (asked: Asked) => LiveAnswer | number | null;
  close(): Promise<void>;
}

export async function startLiveServer(): Promise<LiveServer> {
  const asked: Asked[] = [];
  const server = createServer((request: IncomingMessage, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    if (pathname !== '/live/events') {
      response.setHeader('content-type', 'text/html; charset=utf-8');
      response.end(pathname === '/live' ? readPage('live') : readPage('inspector'));
      return;
    }
    const question = { query: Object.fromEntries(searchParams), token: request.headers.authorization };
    asked.push(question);
    const answer = live.answer(question);
    if (answer === null) request.socket.destroy();
    else if (typeof answer === 'number') {
      response.writeHead(answer, { 'content-type': 'application/json' }).end('{"error":"the reason"}');
    } else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const live: LiveServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/live`,
    asked,
    answer: () => liveAnswer([]),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return live;
}
