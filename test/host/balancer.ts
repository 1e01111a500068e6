import { connect, createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

/** A round-robin load balancer of TCP connections. It tries the next backend when one refuses. */
export interface Balancer {
  readonly origin: string;
  /** How many connections each backend has accepted. */
  readonly taken: readonly number[];
  close(): Promise<void>;
}

export async function startBalancer(ports: readonly number[]): Promise<Balancer> {
  const taken = ports.map(() => 0);
  const open = new Set<Socket>();
  let turn = 0;
  const server = createServer((client) => {
    open.add(client);
    client.on('close', () => open.delete(client));
    client.on('error', () => undefined);
    turn += 1;
    forward(client, turn, ports.length);
  });

  function forward(client: Socket, first: number, triesLeft: number): void {
    if (triesLeft === 0) {
      client.destroy();
      return;
    }
    const index = first % ports.length;
    const backend = connect(ports[index]!, '127.0.0.1');
    const onRefused = (): void => forward(client, first + 1, triesLeft - 1);
    backend.once('error', onRefused);
    backend.once('connect', () => {
      taken[index]! += 1;
      backend.off('error', onRefused);
      backend.on('error', () => client.destroy());
      backend.on('close', () => client.destroy());
      client.on('close', () => backend.destroy());
      client.pipe(backend);
      backend.pipe(client);
    });
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    taken,
    close: async () => {
      for (const client of open) client.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
