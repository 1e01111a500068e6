import {
  FAULT_NAMES,
  parseFault,
  type Fault,
  type FaultName,
  type SimulatedRequest,
} from '../../src/simulator/index.js';
import { startPx, stopAll, user, type Px } from './px-client';

afterEach(async () => {
  jest.useRealTimers();
  await stopAll();
});

const create = (px: Px, id = 'u1') => px.call('POST', '/v1/users', user(id));

/** Without an answer: what the client then sees, and whether PX has written. */
const UNANSWERED = {
  'destroy-before-write': false,
  'destroy-after-write': true,
  'reset-before-write': false,
  'reset-after-write': true,
  'truncated-answer': true,
} as const;

const ANSWERED = {
  'error-500': {
    status: 500,
    type: 'application/json',
    text: /"externalapierror".*INTERNAL_SERVER_ERROR/,
    writes: false,
  },
  'error-500-after-write': { status: 500, type: 'application/json', text: /externalapierror/, writes: true },
  'empty-502': { status: 502, type: undefined, text: /^$/, writes: false },
  'html-503': { status: 503, type: 'text/html', text: /^<html>/, writes: false },
  'html-404': { status: 404, type: 'text/html', text: /^<html>/, writes: false },
  'html-403': { status: 403, type: 'text/html', text: /^<html>/, writes: false },
  'redirect-302': { status: 302, type: undefined, text: /^$/, writes: false },
  'timeout-408': { status: 408, type: 'application/json', text: /externalapierror/, writes: false },
  'throttle-429': { status: 429, type: 'application/json', text: /externalapierror/, writes: false },
} as const;

describe('the fault', () => {
  test('list is covered here', () => {
    const covered = [
      ...Object.keys(ANSWERED),
      ...Object.keys(UNANSWERED),
      'hang',
      'hang-after-write',
      'slow',
    ];
    expect([...FAULT_NAMES].sort()).toEqual(covered.sort());
  });

  test.each(Object.entries(ANSWERED))('%s answers so', async (fault, { status, type, text, writes }) => {
    const px = await startPx({ faults: [{ fault: fault as FaultName }] });
    const received = await create(px);
    expect(received).toMatchObject({ status, text: expect.stringMatching(text) as string });
    expect(received.headers['content-type']).toBe(type);
    expect(px.simulator.state.users.has('u1')).toBe(writes);
    expect(px.simulator.requests.byStatus).toEqual({ [status]: 1 });
  });

  test.each(Object.entries(UNANSWERED))('%s breaks the connection', async (fault, writes) => {
    const px = await startPx({ faults: [{ fault: fault as FaultName }] });
    await expect(create(px)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(px.simulator.state.users.has('u1')).toBe(writes);
    expect(px.simulator.requests.byStatus).toEqual({ none: 1 });
  });

  test('truncated-answer sends the first part of the right answer', async () => {
    const px = await startPx();
    await create(px);
    px.simulator.configure({ faults: [{ fault: 'truncated-answer' }] });
    const response = await fetch(`${px.origin}/v1/users/u1`, { headers: { 'x-aptrinsic-api-key': 'k' } });
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow('terminated');
  });

  test.each([
    ['hang', false],
    ['hang-after-write', true],
  ] as const)('%s never answers, until the simulator is closed', async (fault, writes) => {
    const { fired, script } = signalling(fault);
    const px = await startPx({ faults: [script] });
    const call = expect(create(px)).rejects.toMatchObject({ code: 'ECONNRESET' });
    await fired;
    expect(px.simulator.requests.inFlight).toBe(1);
    await px.simulator.close();
    await call;
    expect(px.simulator.state.users.has('u1')).toBe(writes);
  });

  test('hang ends when the client gives up, and the next request is served', async () => {
    const { fired, script } = signalling('hang');
    const px = await startPx({ faults: [script] });
    const client = new AbortController();
    const call = expect(
      fetch(`${px.origin}/v1/users/u1`, { headers: { 'x-aptrinsic-api-key': 'k' }, signal: client.signal }),
    ).rejects.toThrow();
    await fired;
    client.abort();
    await call;
    px.simulator.configure({ faults: null });
    expect((await create(px)).status).toBe(201);
  });

  test('latencyMs as a function is asked at each request', async () => {
    const asked: number[] = [];
    const latencyMs = () => asked.push(0);
    const px = await startPx({ latencyMs });
    await create(px, 'u1');
    await create(px, 'u2');
    expect(asked).toHaveLength(2);
  });

  test.each([
    ['slow', 1000],
    [{ delayMs: 70 }, 70],
  ] as const)('%j answers right, but late', async (fault, delayMs) => {
    const { fired, script } = signalling(fault);
    const px = await startPx({ faults: [script], latencyMs: 30 });
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'performance', 'Date'] });
    const call = create(px);
    await fired;
    jest.advanceTimersByTime(delayMs + 29);
    expect(px.simulator.requests.inFlight).toBe(1);
    expect(px.simulator.state.users.has('u1')).toBe(false);
    jest.advanceTimersByTime(1);
    expect((await call).status).toBe(201);
  });

  test("can be an answer of one's own, before the write or after it", async () => {
    const own = { status: 418, headers: { 'retry-after': '3' }, body: 'short and stout' };
    const px = await startPx({
      faults: [
        { fault: own, nth: 1 },
        { fault: { ...own, afterWrite: true }, nth: 2 },
      ],
    });
    expect(await create(px)).toMatchObject({
      status: 418,
      headers: { 'retry-after': '3' },
      text: 'short and stout',
    });
    expect(px.simulator.state.users.size).toBe(0);
    expect((await create(px)).status).toBe(418);
    expect(px.simulator.state.users.size).toBe(1);
  });

  test('redirect-302 tells when a client follows it', async () => {
    const px = await startPx({ faults: [{ fault: 'redirect-302' }] });
    const { headers } = await create(px);
    expect(px.simulator.requests.redirectsFollowed).toBe(0);
    await px.call('GET', headers.location!);
    expect(px.simulator.requests).toMatchObject({ redirectsFollowed: 1, total: 1 });
  });
});

describe('a fault rule', () => {
  const statuses = async (px: Px, count: number) => {
    const received: number[] = [];
    for (let index = 0; index < count; index += 1) {
      received.push((await px.call('PUT', '/v1/users/u1', {})).status);
      received.push((await px.call('PUT', '/v1/accounts/a1', {})).status);
    }
    return received;
  };

  test('without a number hits every request', async () => {
    const px = await startPx({ faults: [{ fault: 'error-500' }] });
    expect(await statuses(px, 2)).toEqual([500, 500, 500, 500]);
  });

  test('with nth hits that one of the requests that match its route, whatever comes between', async () => {
    const px = await startPx({ faults: [{ fault: 'error-500', route: 'accounts.update', nth: 2 }] });
    expect(await statuses(px, 3)).toEqual([404, 404, 404, 500, 404, 404]);
  });

  test('with several nth and several routes hits those', async () => {
    const px = await startPx({
      faults: [{ fault: 'error-500', route: ['accounts.update', 'users.update'], nth: [1, 4] }],
    });
    expect(await statuses(px, 3)).toEqual([500, 404, 404, 500, 404, 404]);
  });

  test('with every hits each n-th', async () => {
    const px = await startPx({ faults: [{ fault: 'error-500', every: 3 }] });
    expect(await statuses(px, 3)).toEqual([404, 404, 500, 404, 404, 500]);
  });

  test('with when sees the request, the id of path or body included', async () => {
    const seen: SimulatedRequest[] = [];
    const when = (request: SimulatedRequest) => seen.push(request) > 0 && request.id === 'b/b';
    const px = await startPx({ faults: [{ fault: 'error-500', when }] });
    expect((await px.call('PUT', '/v1/users/a%20a?x', {})).status).toBe(404);
    expect((await px.call('PUT', '/v1/users/update', { identifyId: 'b/b' })).status).toBe(500);
    expect((await px.call('GET', '/nowhere')).status).toBe(404);
    expect(seen).toEqual([
      { method: 'PUT', target: '/v1/users/a%20a?x', route: 'users.update', id: 'a a' },
      { method: 'PUT', target: '/v1/users/update', route: 'users.update', id: 'b/b' },
      { method: 'GET', target: '/nowhere', route: 'unknown' },
    ]);
  });

  test('that comes first wins, and the others count the request all the same', async () => {
    const px = await startPx({
      faults: [
        { fault: 'empty-502', nth: 2 },
        { fault: 'error-500', every: 2 },
      ],
    });
    expect(await statuses(px, 2)).toEqual([404, 502, 404, 500]);
  });

  test('counts anew when it is configured again, or the counts are reset', async () => {
    const faults = [{ fault: 'error-500', nth: 1 }] as const;
    const px = await startPx({ faults });
    expect(await statuses(px, 1)).toEqual([500, 404]);
    px.simulator.configure({ latencyMs: 0 });
    expect(await statuses(px, 1)).toEqual([404, 404]);
    px.simulator.configure({ faults });
    expect(await statuses(px, 1)).toEqual([500, 404]);
    px.simulator.reset('requests');
    expect(await statuses(px, 1)).toEqual([500, 404]);
  });
});

describe('parseFault', () => {
  test.each([
    ['hang', { fault: 'hang' }],
    ['error-500:every=7', { fault: 'error-500', every: 7 }],
    ['html-404@users.update:nth=2', { fault: 'html-404', route: 'users.update', nth: 2 }],
    ['504@events.create', { fault: { status: 504 }, route: 'events.create' }],
    ['delay-250', { fault: { delayMs: 250 } }],
  ])('reads %s', (text, rule) => {
    expect(parseFault(text)).toEqual(rule);
  });

  test.each([
    ['nonsense', /"nonsense" is not a fault; expected one of error-500, /],
    ['hang@user.update', /"user.update" is not a route; expected one of users.create, /],
    ['hang:nth=0', /expected fault\[@route\]\[:nth=N\|:every=N\], as in /],
    ['', /expected fault/],
    ['constructor', /is not a fault/],
  ])('refuses "%s" and says what is right', (text, message) => {
    expect(() => parseFault(text)).toThrow(message);
    expect(() => parseFault(text)).toThrow(TypeError);
  });
});

/** A fault for every request, and a promise that the first request has met it. */
function signalling(fault: Fault) {
  let signal: () => void;
  const fired = new Promise<void>((resolve) => (signal = resolve));
  const script = () => {
    // In the next turn: by then the request hangs or waits.
    setImmediate(signal);
    return fault;
  };
  return { fired, script };
}
