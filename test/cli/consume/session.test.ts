import { identify, settled, track, World } from './world';

const never = new AbortController().signal;

/** The event name of a request, or its path. */
const nameOf = ({ body, path }: { body: unknown; path: string }): string =>
  (body as { eventName?: string } | undefined)?.eventName ?? path;

describe('what is settled', () => {
  test('delivered and skipped messages are committed, a second later', async () => {
    const world = new World();
    world.assign(0);
    await world.take(0, 0, track('u1', 'a'), { type: 'page' }, track('u1', 'b'));
    await world.clock.advance(999);
    expect(world.committed.get(0)).toBeUndefined();
    await world.clock.advance(1);
    expect(world.committed.get(0)).toBe(3n);
    expect(world.counted.sort()).toEqual([
      'page filtered type_filtered',
      'track delivered',
      'track delivered',
    ]);
  });

  test('messages of every shape: an array, a batch, a tombstone, an empty batch', async () => {
    const world = new World();
    world.assign(0);
    const batch = { batch: [track('u3', 'c'), track('u4', 'd')], context: { ip: '::1' } };
    await world.take(0, 5, [track('u1', 'a'), track('u2', 'b')], batch, undefined, { batch: [] }, []);
    await world.clock.advance(1_000);
    expect(world.sentTo.sort()).toEqual(['a', 'b', 'c', 'd']);
    expect(world.committed.get(0)).toBe(10n);
    expect(world.letters).toEqual([]);
  });

  test.each([
    ['not_json', Buffer.from('{"type":"track"')],
    ['not_utf8', Buffer.from([0x22, 0xff, 0x22])],
    ['type_missing', { userId: 'u1' }],
    ['event_not_object', 5],
  ])('%s becomes a dead letter, and its neighbours are delivered', async (code, value) => {
    const world = new World();
    world.assign(0);
    await world.take(0, 0, track('u1', 'a'), value, track('u1', 'b'));
    await world.clock.advance(1_000);
    expect(world.letters).toMatchObject([
      { record: { offset: 1n }, at: '', reason: { code, retryable: false, attempts: 0 } },
    ]);
    expect(world.sentTo).toEqual(['a', 'b']);
    expect(world.committed.get(0)).toBe(3n);
  });

  test('a message of a batch that PX rejects becomes a dead letter of its own', async () => {
    const world = new World((request) => ({ status: nameOf(request) === 'b' ? 400 : 201 }));
    world.assign(0);
    await world.take(0, 0, { batch: [track('u1', 'a'), track('u2', 'b')] });
    await world.clock.advance(1_000);
    expect(world.letters).toMatchObject([
      {
        at: 'batch[1]',
        message: track('u2', 'b'),
        reason: { code: 'rejected', retryable: false, attempts: 1 },
      },
    ]);
    expect(world.committed.get(0)).toBe(1n);
  });

  test('a dead letter that cannot be written holds back the commit, until it is written', async () => {
    const world = new World();
    world.deadLetterError = new Error('away');
    world.assign(0);
    await world.take(0, 0, track('u1', 'a'), 5, track('u1', 'b'));
    await world.clock.advance(10_000);
    expect(world.committed.get(0)).toBe(1n);
    expect(world.session.deadLetters.waiting).toBe(1);
    expect(world.failures.length).toBeGreaterThan(1);
    world.deadLetterError = undefined;
    await world.clock.advance(60_000);
    expect(world.committed.get(0)).toBe(3n);
    expect(world.session.deadLetters.waiting).toBe(0);
  });
});

describe('a retryable failure', () => {
  test('holds back its lane, in order, and no other', async () => {
    let isAway = true;
    const world = new World((request) => ({
      status: isAway && nameOf(request).startsWith('u1') ? 503 : 201,
    }));
    world.assign(0);
    await world.take(0, 0, track('u1', 'u1-a'), track('u1', 'u1-b'), track('u2', 'u2-a'), identify('u1'));
    await world.clock.advance(30_000);
    expect(new Set(world.sentTo)).toEqual(new Set(['u1-a', 'u2-a']));
    expect(world.committed.get(0)).toBeUndefined();
    isAway = false;
    await world.clock.advance(40_000);
    expect(world.sentTo.slice(world.sentTo.indexOf('u1-b') - 1)).toEqual([
      'u1-a',
      'u1-b',
      'PUT /v1/users/u1',
    ]);
    await world.clock.advance(1_000);
    expect(world.committed.get(0)).toBe(4n);
    expect(world.letters).toEqual([]);
  });

  test('lets the partition go on until its window is full, and other partitions after that', async () => {
    let isAway = true;
    const limits = { messages: 8, bytes: 1_000_000 };
    const world = new World((request) => ({ status: isAway && nameOf(request) === 'stuck' ? 500 : 201 }), {
      limits,
    });
    world.assign(0, 1);
    const events = Array.from({ length: 10 }, (_, index) => track(`v${index}`, `e${index}`));
    let taken = false;
    const took = world.take(0, 0, track('u1', 'stuck'), ...events).then(() => {
      taken = true;
    });
    await world.clock.advance(20_000);
    expect(taken).toBe(false);
    expect(world.sentTo.filter((name) => name !== 'stuck')).toEqual(['e0', 'e1', 'e2']);
    await world.take(1, 0, ...events.slice(0, 9));
    await world.clock.advance(1_000);
    expect(world.committed).toEqual(new Map([[1, 9n]]));
    isAway = false;
    await world.clock.advance(60_000);
    await took;
    expect(world.committed.get(0)).toBe(11n);
  });

  test('becomes a dead letter after the time for one message, and its lane continues', async () => {
    const world = new World((request) => ({ status: nameOf(request) === 'poison' ? 500 : 201 }));
    world.assign(0);
    await world.take(0, 0, track('u1', 'poison'), track('u1', 'b'));
    await world.clock.advance(14 * 60_000);
    expect(world.letters).toEqual([]);
    await world.clock.advance(2 * 60_000);
    expect(world.letters).toMatchObject([
      { record: { offset: 0n }, reason: { code: 'unavailable', retryable: true } },
    ]);
    expect(world.letters[0]!.reason.attempts).toBe(world.sentTo.filter((name) => name === 'poison').length);
    expect(world.sentTo.at(-1)).toBe('b');
    await world.clock.advance(1_000);
    expect(world.committed.get(0)).toBe(2n);
  });

  test('429 is waited for, without an end', async () => {
    const world = new World((_, index) => ({ status: index < 200 ? 429 : 201 }));
    world.assign(0);
    await world.take(0, 0, track('u1', 'a'));
    await world.clock.advance(2 * 3_600_000);
    expect(world.letters).toEqual([]);
    expect(world.committed.get(0)).toBe(1n);
  });
});

describe('a user that PX does not know', () => {
  const config = {
    apiKey: 'k'.repeat(36),
    productTagKey: 'AP-EXAMPLE-2',
    missingUserOnGroup: 'fail',
  } as const;
  const group = { type: 'group', userId: 'u1', groupId: 'g1', traits: { name: 'old' } };

  test('may be created by a later message: the link is tried again, and the account is not written again', async () => {
    let known = false;
    const world = new World(
      ({ path, method }) => {
        if (path.startsWith('/v1/accounts')) return { status: 204 };
        if (method === 'POST') known = true;
        return { status: known ? 204 : 404 };
      },
      { config },
    );
    world.assign(0);
    await world.take(0, 0, group);
    await world.take(0, 1, identify('u1'));
    await world.clock.advance(1_000);
    expect(world.committed.get(0)).toBeUndefined();
    await world.clock.advance(5_000);
    expect(world.sentTo.filter((name) => name.includes('accounts'))).toHaveLength(1);
    expect(world.sentTo.at(-1)).toBe('PUT /v1/users/u1');
    expect(world.committed.get(0)).toBe(2n);
    expect(world.letters).toEqual([]);
  });

  test('makes a dead letter when no message creates it', async () => {
    const world = new World(({ path }) => ({ status: path.startsWith('/v1/accounts') ? 204 : 404 }), {
      config,
    });
    world.assign(0);
    await world.take(0, 0, group);
    await world.clock.advance(120_000);
    expect(world.letters).toMatchObject([
      { reason: { code: 'user_not_found', retryable: true, attempts: 5 } },
    ]);
    expect(world.committed.get(0)).toBe(1n);
  });
});

describe('the key', () => {
  test('401 stops the worker: nothing is sent after it, nothing is committed past it', async () => {
    const world = new World((request) => ({
      status: nameOf(request) === 'b' ? 401 : 201,
      latencyMs: nameOf(request) === 'd' ? 100 : 10,
    }));
    world.assign(0);
    await world.take(0, 0, track('u1', 'a'), track('u1', 'b'), track('u1', 'c'), track('u2', 'd'));
    await world.clock.advance(15);
    await world.clock.advance(50);
    expect(world.session.stop.reason).toBe('unauthorized');
    const ended = world.session.end(never);
    await world.clock.advance(100);
    await ended;
    expect(world.sentTo).toEqual(['a', 'd', 'b']);
    // What was in flight counted, but it is behind the message that PX did not take.
    expect(world.committed.get(0)).toBe(1n);
    expect(world.letters).toEqual([]);
  });

  test('403 on every request stops the worker, and nothing of it is a dead letter', async () => {
    const world = new World(() => ({ status: 403 }));
    world.assign(0);
    await world.take(0, 0, ...Array.from({ length: 30 }, (_, index) => track(`u${index}`, 'a')));
    await world.clock.advance(1_000);
    expect(world.session.stop.reason).toBe('forbidden');
    await world.session.end(never);
    expect([world.letters, world.committed.size]).toEqual([[], 0]);
  });

  test('a 403 about one message makes a dead letter, once PX takes another on the same route', async () => {
    const world = new World((request) => ({ status: nameOf(request) === 'b' ? 403 : 201 }));
    world.assign(0, 1);
    await world.take(0, 0, track('u1', 'b'));
    await world.clock.advance(5_000);
    expect([world.letters, world.committed.size]).toEqual([[], 0]);
    await world.take(1, 0, track('u2', 'c'));
    await world.clock.advance(1_000);
    expect(world.letters).toMatchObject([{ reason: { code: 'denied', retryable: false } }]);
    expect(world.committed.get(0)).toBe(1n);
  });

  test('a 403 that nothing explains does not stop its partition when the window is full', async () => {
    const answer = ({ path }: { path: string }) => ({ status: path.includes('events') ? 403 : 204 });
    const world = new World(answer, { limits: { messages: 3, bytes: 1_000_000 } });
    world.assign(0);
    const took = world.take(
      0,
      0,
      track('u1', 'b'),
      ...Array.from({ length: 6 }, (_, index) => identify(`v${index}`)),
    );
    await world.clock.advance(29_000);
    expect([world.letters, world.committed.size]).toEqual([[], 0]);
    await world.clock.advance(3_000);
    await took;
    expect(world.letters).toMatchObject([{ reason: { code: 'denied' } }]);
    expect(world.committed.get(0)).toBe(7n);
  });
});

describe('a hand-over', () => {
  test('finishes what is in flight, gives up what has not begun, and commits before it ends', async () => {
    const world = new World(() => ({ status: 201, latencyMs: 100 }));
    world.assign(0);
    await world.take(0, 0, track('u1', 'a'), track('u1', 'b'));
    await settled();
    let over = false;
    const revoked = world.worker.onRevoked([{ topic: 'events', partition: 0 }]).then(() => {
      over = true;
    });
    await world.clock.advance(99);
    expect(over).toBe(false);
    await world.clock.advance(1);
    await revoked;
    expect(world.sentTo).toEqual(['a']);
    expect(world.committed.get(0)).toBe(1n);
    // The next owner, here the same worker, begins at the committed offset.
    world.assign(0);
    await world.take(0, 1, track('u1', 'b'));
    await world.clock.advance(2_000);
    expect(world.sentTo).toEqual(['a', 'b']);
    expect(world.committed.get(0)).toBe(2n);
  });

  test('does not wait for a message between its retries, nor for the window', async () => {
    const world = new World(() => ({ status: 503 }), { limits: { messages: 1, bytes: 1_000 } });
    world.assign(0);
    const took = world.take(0, 0, track('u1', 'a'), track('u2', 'b'));
    await world.clock.advance(10_000);
    await world.worker.onRevoked([{ topic: 'events', partition: 0 }]);
    await took;
    expect(world.sentTo).not.toContain('b');
    expect([world.committed.size, world.letters.length]).toEqual([0, 0]);
  });

  test('does not wait for a dead letter that cannot be written', async () => {
    const world = new World();
    world.deadLetterError = new Error('away');
    world.assign(0);
    await world.take(0, 0, 5);
    await world.clock.advance(10_000);
    await world.worker.onRevoked([{ topic: 'events', partition: 0 }]);
    expect([world.committed.size, world.letters.length]).toEqual([0, 0]);
  });

  test('what a lost partition settles later is not committed', async () => {
    const world = new World(() => ({ status: 201, latencyMs: 100 }));
    world.assign(0, 1);
    await world.take(0, 0, track('u1', 'a'));
    await world.take(1, 0, track('u2', 'b'));
    await settled();
    world.worker.onLost([{ topic: 'events', partition: 0 }]);
    await world.clock.advance(5_000);
    expect(world.sentTo).toEqual(['a', 'b']);
    expect(world.committed).toEqual(new Map([[1, 1n]]));
  });

  test('an assignment that replaces another leaves nothing of it behind', async () => {
    const world = new World(() => ({ status: 201, latencyMs: 100 }));
    world.assign(0, 1);
    await world.take(0, 0, track('u1', 'a'), track('u1', 'b'));
    await settled();
    world.assign(0);
    await world.take(0, 0, track('u1', 'a'), track('u1', 'b'));
    await world.clock.advance(5_000);
    expect(world.sentTo).toEqual(['a', 'a', 'b']);
    expect(world.committed.get(0)).toBe(2n);
    expect(world.worker.partitions).toBe(1);
  });
});

describe('the end', () => {
  test('finishes what is in flight, gives up the rest, and commits', async () => {
    const world = new World(() => ({ status: 201, latencyMs: 100 }));
    world.assign(0);
    await world.take(0, 0, track('u1', 'a'), track('u1', 'b'));
    await settled();
    world.session.stop.request('interrupted', 'interrupted');
    const ended = world.session.end(never);
    await world.clock.advance(100);
    await ended;
    expect(world.sentTo).toEqual(['a']);
    expect(world.committed.get(0)).toBe(1n);
    expect(world.clock.waiting).toBe(0);
  });

  test('hurry ends the wait for what is in flight, and still commits', async () => {
    const world = new World((request) =>
      nameOf(request) === 'hangs' ? { latencyMs: 9_000 } : { status: 201 },
    );
    world.assign(0);
    await world.take(0, 0, track('u1', 'a'), track('u1', 'hangs'));
    await settled();
    const hurry = new AbortController();
    const ended = world.session.end(hurry.signal);
    await settled();
    hurry.abort();
    await ended;
    expect(world.committed.get(0)).toBe(1n);
  });

  test('records that come after it are not read', async () => {
    const world = new World();
    world.assign(0);
    world.session.stop.request('interrupted', 'interrupted');
    await world.take(0, 0, track('u1', 'a'));
    world.assign(0);
    await world.take(0, 0, track('u1', 'a'));
    await world.session.end(never);
    expect([world.sentTo, world.committed.size]).toEqual([[], 0]);
  });
});

describe('commits', () => {
  test('that fail are tried again', async () => {
    const world = new World();
    world.commitError = new Error('away');
    world.assign(0);
    await world.take(0, 0, track('u1', 'a'));
    await world.clock.advance(5_000);
    expect(world.failures.length).toBeGreaterThan(1);
    world.commitError = undefined;
    await world.clock.advance(1_000);
    expect(world.committed.get(0)).toBe(1n);
  });
});

describe('what is settled beyond the commit', () => {
  const eight = Array.from({ length: 8 }, (_, index) => track(`u${index}`, String(index)));

  test('is not delivered again after a hand-over, nor after a kill, and still counts after the next commit', async () => {
    let isAway = true;
    const world = new World((request) => ({ status: isAway && '03'.includes(nameOf(request)) ? 503 : 201 }));
    world.assign(0);
    await world.take(0, 0, ...eight);
    await world.clock.advance(1_000);
    expect(world.committed.get(0)).toBeUndefined();
    const sent = world.sentTo.length;

    // The group gives the partition to another worker, which begins at the commit; it reads little at first.
    world.assign(0);
    await world.take(0, 0, ...eight.slice(0, 5));
    await world.clock.advance(1_000);
    world.assign(0);
    isAway = false;
    await world.take(0, 0, ...eight);
    await world.clock.advance(60_000);
    const later = world.sentTo.slice(sent);
    expect(later.filter((name) => !'03'.includes(name))).toEqual([]);
    expect(new Set(later)).toEqual(new Set(['0', '3']));
    expect(world.committed.get(0)).toBe(8n);
    expect(world.notes.get(0)).toBeUndefined();
  });
});

test('an older group message that waits for its user is not the last to write, whoever takes the partition over', async () => {
  const config = {
    apiKey: 'k'.repeat(36),
    productTagKey: 'AP-EXAMPLE-2',
    missingUserOnGroup: 'fail',
  } as const;
  let known = false;
  const world = new World(
    ({ path }) => ({ status: path.startsWith('/v1/accounts') || known || path.includes('u2') ? 204 : 404 }),
    { config },
  );
  const group = (userId: string, plan: string): object => ({
    ...{ type: 'group', userId, groupId: 'g1', traits: { plan } },
  });
  const records = [group('u1', 'old'), group('u2', 'new')];
  world.assign(0);
  await world.take(0, 0, ...records);
  await world.clock.advance(1_500);
  await world.worker.onRevoked([{ topic: 'events', partition: 0 }]);
  known = true;
  world.assign(0);
  await world.take(0, 0, ...records);
  await world.clock.advance(2_000);
  const plans = world.px.sent.flatMap(({ path, body }) =>
    path.startsWith('/v1/accounts') ? [(body as { plan?: string }).plan] : [],
  );
  expect(plans.at(-1)).toBe('new');
  expect(world.committed.get(0)).toBe(2n);
});
