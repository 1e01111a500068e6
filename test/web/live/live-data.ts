import type { LiveAnswer, LiveEvent, LiveNow } from '../../../src/web/index';

export function liveEvent(number: number, changes: Partial<LiveEvent> = {}): LiveEvent {
  return {
    id: `a-${number}`,
    atMs: Date.UTC(2026, 0, 2, 3, 4, 5) + number * 1_000,
    route: 'routerTransform',
    type: 'identify',
    userId: `u${number}`,
    code: 'delivered',
    result: 'delivered',
    message: { type: 'identify', userId: `u${number}`, traits: { title: 'Dr' } },
    config: { productTagKey: 'AP-EXAMPLE-2' },
    steps: [
      {
        id: 'updateUser',
        route: 'users.update',
        method: 'PUT',
        path: `/v1/users/u${number}`,
        body: { title: 'Dr' },
      },
      {
        id: 'createUser',
        route: 'users.create',
        method: 'POST',
        path: '/v1/users',
        body: { identifyId: `u${number}` },
      },
    ],
    requests: [
      {
        step: 'updateUser',
        route: 'users.update',
        method: 'PUT',
        status: 204,
        durationMs: 31,
        waitedMs: 2,
        verdict: 'ok',
      },
    ],
    durationMs: 35,
    ...changes,
  };
}

export function liveNow(changes: Partial<LiveNow> = {}): LiveNow {
  return {
    atMs: Date.UTC(2026, 0, 2, 3, 10, 0, 500),
    seconds: [],
    pending: 0,
    inFlight: 0,
    pausedMs: 0,
    ...changes,
  };
}

export function liveAnswer(events: readonly LiveEvent[], changes: Partial<LiveAnswer> = {}): LiveAnswer {
  return {
    events,
    cursor: `a-${events.length}`,
    left: 0,
    kept: events.length,
    bound: 300,
    now: liveNow(),
    ...changes,
  };
}
