import { ServerResponse, IncomingMessage } from 'node:http';
import net from 'node:net';
import { ResponsesInFlight } from '../../src/service/http/responses-in-flight';
import { cleanUp, job, track, world } from './running-service';
import { settled, until } from './waiting';

afterEach(cleanUp);

const HEAD = 'POST /v0/destinations/gainsight_px HTTP/1.1\r\nhost: x\r\n';

/** More than the buffers of a connection hold. */
const LONG = 'x'.repeat(18_000_000);

/** A connection over which `text` was sent, and which reads nothing from then on. */
async function opened(port: number, text: string): Promise<{ socket: net.Socket; closed: Promise<void> }> {
  const socket = net.connect(port, '127.0.0.1');
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.on('error', () => undefined);
  await new Promise((resolve) => socket.write(text, resolve));
  return { socket, closed };
}

/** An answer over a later connection: what came before it was read. */
async function seenUntilNow(origin: string): Promise<void> {
  expect((await fetch(`${origin}/health`, { headers: { connection: 'close' } })).status).toBe(200);
}

test('a body that never ends does not keep the service from ending', async () => {
  const { service, logged } = await world();
  const { port, origin } = await service.listen({ port: 0 });
  const { closed } = await opened(port, `${HEAD}content-length: 1000\r\n\r\n[`);
  await seenUntilNow(origin);
  await service.stop({ drainMs: 50 });
  await closed;
  expect(logged()).toContain('cutting connections');
});

test('a client that never reads its answer does not either', async () => {
  const { service, get } = await world();
  const { port } = await service.listen({ port: 0 });
  const body = JSON.stringify([job(1, track(), { recordId: LONG })]);
  const { socket, closed } = await opened(port, `${HEAD}content-length: ${body.length}\r\n\r\n${body}`);
  await until(async () => (await get('/metrics')).text.includes('outcome="handedOver"} 1'));
  await service.stop({ drainMs: 50 });
  socket.destroy();
  await closed;
});

test('what finishes in time is not cut', async () => {
  const { service, logged, simulator } = await world(
    { router: { requestTimeoutMs: 600_000 } },
    { latencyMs: 60 },
  );
  const { origin } = await service.listen({ port: 0 });
  const input = [job(1, { type: 'identify', userId: 'u1' })];
  const answer = fetch(`${origin}/routerTransform`, {
    method: 'POST',
    body: JSON.stringify({ input, destType: 'gainsight_px' }),
    headers: { connection: 'close' },
  });
  while (simulator.requests.total === 0) await settled();
  await service.stop({ drainMs: 600_000 });
  expect((await answer).status).toBe(200);
  expect(logged()).not.toContain('cutting connections');
});

test('an answer that is still being read is not cut off', async () => {
  const { service, get } = await world();
  const { port } = await service.listen({ port: 0 });
  const body = JSON.stringify([job(1, track(), { recordId: LONG })]);
  const { socket, closed } = await opened(port, `${HEAD}content-length: ${body.length}\r\n\r\n${body}`);
  await until(async () => (await get('/metrics')).text.includes('outcome="handedOver"} 1'));
  const stopped = service.stop({ drainMs: 600_000 });
  await settled();
  let bytes = 0;
  socket.on('data', (chunk: Buffer) => (bytes += chunk.length));
  await Promise.all([stopped, closed]);
  expect(bytes).toBeGreaterThan(LONG.length);
});

test('a client that reads nothing of its answer for long is given up by itself', async () => {
  const { service, logged, get } = await world({ answerIdleMs: 50 });
  const { port } = await service.listen({ port: 0 });
  const body = JSON.stringify([job(1, track(), { recordId: LONG })]);
  const { socket } = await opened(port, `${HEAD}content-length: ${body.length}\r\n\r\n${body}`);
  await until(async () => (await get('/metrics')).text.includes('outcome="handedOver"} 1'));
  await service.stop({ drainMs: 10_000 });
  expect(logged()).not.toContain('cutting connections');
  socket.destroy();
});

test('a connection that was never used is no reason to wait', async () => {
  const { service, logged } = await world();
  const { port, origin } = await service.listen({ port: 0 });
  const { closed } = await opened(port, '');
  await seenUntilNow(origin);
  await service.stop({ drainMs: 60_000 });
  await closed;
  expect(logged()).not.toContain('cutting connections');
});

test('a second signal ends the wait for what is in flight', async () => {
  const { service } = await world();
  const { port, origin } = await service.listen({ port: 0 });
  const { closed } = await opened(port, `${HEAD}content-length: 1000\r\n\r\n[`);
  await seenUntilNow(origin);
  const hurry = new AbortController();
  const stopped = service.stop({ drainMs: 60_000, hurry: hurry.signal });
  await settled();
  hurry.abort();
  await Promise.all([stopped, closed]);
});

test('an answer that waits behind another one on its connection is no reason to wait once that is gone', async () => {
  const { service, simulator } = await world({ router: { requestTimeoutMs: 600_000 } }, { latencyMs: 100 });
  const { port, origin } = await service.listen({ port: 0 });
  const input = [job(1, { type: 'identify', userId: 'u1' })];
  const body = JSON.stringify({ input, destType: 'gainsight_px' });
  const slow = `POST /routerTransform HTTP/1.1\r\nhost: x\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  const { socket, closed } = await opened(port, `${slow}GET /health HTTP/1.1\r\nhost: x\r\n\r\n`);
  while (simulator.requests.total === 0) await settled();
  await seenUntilNow(origin);
  socket.destroy();
  await closed;
  await service.stop({ drainMs: 60_000 });
});

test('a request without a connection of its own is left, too', async () => {
  const { service, simulator, post } = await world({ router: { requestTimeoutMs: 300 } });
  simulator.configure({ faults: [{ fault: 'hang' }] });
  const input = [job(1, { type: 'identify', userId: 'u1' })];
  const answer = post('/routerTransform', { input, destType: 'gainsight_px' });
  while (simulator.requests.total === 0) await settled();
  await service.stop({ drainMs: 20 });
  expect((await answer).status).toBe(200);
});

test('whoever waits for the end of an answer is told when it is cut', async () => {
  const answers = new ResponsesInFlight();
  const socket = new net.Socket();
  const told: string[] = [];
  answers
    .add(new ServerResponse(new IncomingMessage(socket)), socket)
    .once('close', () => told.push('ended'));
  const allLeft = answers.drain().then(() => told.push('all left'));
  answers.destroyAll();
  await allLeft;
  expect(told).toEqual(['ended', 'all left']);
  expect(socket.destroyed).toBe(true);
});
