import { createSimulator } from '../../src/simulator/index.js';
import { event, startPx, stopAll, user } from './px-client';

afterEach(stopAll);

describe('the simulator', () => {
  test('listens in place of PX: baseUrl replaces https://api.aptrinsic.com/v1', async () => {
    const simulator = createSimulator();
    const { baseUrl, origin, port } = await simulator.listen();
    expect({ baseUrl, origin }).toEqual({
      baseUrl: `http://127.0.0.1:${port}/v1`,
      origin: `http://127.0.0.1:${port}`,
    });
    await simulator.close();
    await expect(fetch(baseUrl)).rejects.toThrow();
  });

  test('can be closed twice, and listen again with its state', async () => {
    const { simulator, call } = await startPx();
    await call('POST', '/v1/users', user('u1'));
    await simulator.close();
    await simulator.close();
    const { baseUrl } = await simulator.listen();
    const response = await fetch(`${baseUrl}/users/u1`, { headers: { 'x-aptrinsic-api-key': 'k' } });
    expect(response.status).toBe(200);
    await response.text();
  });

  test('says when its port is taken, and when it already listens', async () => {
    const { simulator, origin } = await startPx();
    await expect(simulator.listen()).rejects.toThrow('already listens');
    const second = createSimulator();
    await expect(second.listen({ port: Number(new URL(origin).port) })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
    await second.listen();
    await second.close();
  });

  test('keeps connections alive', async () => {
    const { call } = await startPx();
    expect((await call('GET', '/v1/users/u1')).headers.connection).toBe('keep-alive');
  });

  test('does not carry out what it still holds when it is closed', async () => {
    let arrived: () => void;
    const waiting = new Promise<void>((resolve) => (arrived = resolve));
    const { simulator, call } = await startPx({ latencyMs: 5, faults: [() => void arrived()] });
    const pending = call('POST', '/v1/users', user('u1')).catch((error: unknown) => error);
    await waiting;
    await simulator.close();
    expect(await pending).toMatchObject({ code: 'ECONNRESET' });
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(simulator.state.users.size).toBe(0);
  });

  test('does not read __proto__ of attributes as a prototype', async () => {
    const { simulator, call } = await startPx();
    const text = JSON.stringify(user('u1', { customAttributes: { x: 1 } })).replace(
      '"x":1',
      '"__proto__":"evil"',
    );
    expect((await call('POST', '/v1/users', text)).status).toBe(201);
    expect((await call('PUT', '/v1/users/u1', { customAttributes: { y: 2 } })).status).toBe(204);
    expect(JSON.stringify(simulator.state.snapshot().users)).toContain('{"__proto__":"evil","y":2}');
  });
});

describe('another process', () => {
  test('reads the counts, without a key and without being counted', async () => {
    const { call, simulator } = await startPx({
      apiKey: 'right',
      faults: [{ fault: 'hang', route: 'unknown' }],
    });
    await call('GET', '/v1/users/u1', undefined, { 'x-aptrinsic-api-key': 'right' });
    const received = await call('GET', '/__simulator/requests', undefined, { 'x-aptrinsic-api-key': null });
    expect(received.status).toBe(200);
    expect(JSON.parse(received.text)).toEqual(simulator.requests);
    expect(simulator.requests.total).toBe(1);
  });

  test('reads the state', async () => {
    const { call, simulator } = await startPx();
    await call('POST', '/v1/users', user('u1'));
    await call('POST', '/v1/events/custom', event('u1'));
    await call('POST', '/v1/events/custom', event('u1'));
    const eventCounts = { total: 2, duplicates: 1, ignored: 0 };
    const all = await call('GET', '/__simulator/state');
    expect(JSON.parse(all.text)).toEqual({ ...simulator.state.snapshot(), eventCounts });
    const distinct = await call('GET', '/__simulator/state?distinctEvents=true');
    expect(JSON.parse(distinct.text)).toMatchObject({ events: [event('u1')], eventCounts });
  });

  test('resets counts and state, or the counts alone', async () => {
    const { call, simulator } = await startPx();
    await call('POST', '/v1/users', user('u1'));
    expect((await call('POST', '/__simulator/reset?only=requests')).status).toBe(204);
    expect([simulator.requests.total, simulator.state.users.size]).toEqual([0, 1]);
    expect((await call('POST', '/__simulator/reset')).status).toBe(204);
    expect(simulator.state.users.size).toBe(0);
  });

  test('configures it, with faults in their text form too', async () => {
    const { call } = await startPx();
    const settings = { faults: ['error-500@users.get:nth=1'], rateLimit: { requestsPerSecond: 1000 } };
    expect((await call('POST', '/__simulator/configure', settings)).status).toBe(204);
    expect((await call('GET', '/v1/users/u1')).status).toBe(500);
    const wrong = await call('POST', '/__simulator/configure', { faults: ['nonsense'] });
    expect(wrong).toMatchObject({ status: 400, text: expect.stringContaining('is not a fault') as string });
    expect((await call('POST', '/__simulator/configure', '{')).status).toBe(400);
  });

  test('gets 404 for an unknown control', async () => {
    const { call } = await startPx();
    expect((await call('GET', '/__simulator/reset')).status).toBe(404);
    expect((await call('GET', '/__simulator/constructor')).status).toBe(404);
  });

  test.each([
    '/v1/users/../../__simulator/reset',
    '/v1/../__simulator/reset',
    '//__simulator/reset',
    '/%5F_simulator/reset',
  ])('cannot be reached by a path of PX: %s', async (target) => {
    const { call, simulator } = await startPx();
    await call('POST', '/v1/users', user('u1'));
    expect((await call('POST', target, {})).status).toBe(404);
    expect(simulator.state.users.size).toBe(1);
    expect(simulator.requests.byRoute.unknown).toBe(1);
  });
});
