import type { RequestPlan } from '../../../src/core/plan';
import type { RequestRecord } from '../../../src/router';
import { groupPlan, identifyPlan, preferencesPlan, readPlan, trackPlan } from '../plans';
import { failure, setUp } from '../setup';

const DUPLICATE = JSON.stringify({
  externalapierror: { status: 'BAD_REQUEST', message: 'possible duplicate' },
});

describe('a plan is run by its tables', () => {
  it('a known user costs one request', async () => {
    const { clock, px, router } = setUp([{ status: 204 }]);
    const outcome = await clock.runUntil(router.deliver(identifyPlan('u1')));

    expect(outcome).toMatchObject({ delivered: true, retries: 0, mayBeDuplicate: false });
    expect(px.sent.map(({ method, path }) => `${method} ${path}`)).toEqual(['PUT /v1/users/u1']);
    expect(outcome.requests).toEqual([
      {
        step: 'updateUser',
        route: 'users.update',
        effect: 'upsert',
        method: 'PUT',
        status: 204,
        durationMs: 0,
        waitedMs: 0,
        verdict: 'ok',
      },
    ]);
    expect(outcome).not.toHaveProperty('body');
  });

  it('an unknown user is created', async () => {
    const { clock, px, router } = setUp([{ status: 404 }, { status: 201 }]);
    const outcome = await clock.runUntil(router.deliver(identifyPlan('u1')));

    expect(outcome.delivered).toBe(true);
    expect(px.sent.map(({ method, path, body }) => ({ method, path, body }))).toEqual([
      { method: 'PUT', path: '/v1/users/u1', body: { email: 'u1@px.test' } },
      { method: 'POST', path: '/v1/users', body: { identifyId: 'u1', email: 'u1@px.test' } },
    ]);
  });

  it('a lost race for a create becomes an update', async () => {
    const { clock, px, router } = setUp([{ status: 404 }, { status: 400, body: DUPLICATE }, { status: 204 }]);
    const outcome = await clock.runUntil(router.deliver(identifyPlan('u1')));

    expect(outcome).toMatchObject({ delivered: true, retries: 0 });
    expect(px.sent).toHaveLength(3);
  });

  it('a create that was refused for its body fails with the answer to the create', async () => {
    const { clock, router } = setUp([{ status: 404 }, { status: 400, body: DUPLICATE }, { status: 404 }]);
    const outcome = failure(await clock.runUntil(router.deliver(identifyPlan('u1'))));

    expect(outcome).toMatchObject({ kind: 'aborted', code: 'rejected', status: 400, retryable: false });
    expect(outcome.message).toBe(
      'PX refused the request: users.create (step createUser) answered 400: "possible duplicate"',
    );
    expect(outcome.error).toMatchObject({ name: 'AbortedError', code: 'rejected', message: outcome.message });
    expect(outcome.requests.map(({ verdict }) => verdict)).toEqual(['notFound', 'rejected', 'notFound']);
  });

  it('what a plan leaves out stands in the outcome, and in the statistics', async () => {
    const { clock, router } = setUp([{ status: 204 }, { status: 404 }, { status: 204 }]);
    const skipping = (userId: string): RequestPlan =>
      groupPlan(userId, 'a1', {}, { to: 'done', note: 'link_skipped' });
    const outcome = await clock.runUntil(router.deliver(skipping('u1')));
    expect(outcome).toMatchObject({ delivered: true, note: 'link_skipped', retries: 0 });
    const linked = await clock.runUntil(router.deliver(skipping('u2')));
    expect(linked.delivered).toBe(true);
    expect(linked).not.toHaveProperty('note');
    expect(router.stats()).toMatchObject({ delivered: 2, failed: {}, notes: { link_skipped: 1 } });
  });

  it.each([401, 403])('%d ends the plan as denied and keeps the status', async (status) => {
    const { clock, px, router } = setUp([{ status, body: '<html><title>Forbidden</title></html>' }]);
    const outcome = failure(await clock.runUntil(router.deliver(identifyPlan('u1'))));

    expect(outcome).toMatchObject({ kind: 'aborted', code: 'denied', status });
    expect(outcome.message).toContain('an HTML page titled "Forbidden"');
    expect(px.sent).toHaveLength(1);
  });

  it('a read answers with the parsed body', async () => {
    const { clock, router } = setUp([{ status: 200, body: '{"surveys":false,"guidedTours":null}' }]);
    const outcome = await clock.runUntil(router.deliver(readPlan('u1')));

    expect(outcome).toMatchObject({ delivered: true, body: { surveys: false, guidedTours: null } });
  });

  it.each(['<html>sign in</html>', '', '{"surveys":', '7'])(
    'a read whose answer is no object is tried again: %p',
    async (body) => {
      const { clock, router } = setUp([
        { status: 200, body },
        { status: 200, body: '{"surveys":true}' },
      ]);
      const outcome = await clock.runUntil(router.deliver(readPlan('u1')));

      expect(outcome).toMatchObject({ delivered: true, retries: 1, body: { surveys: true } });
    },
  );
});

describe('a 404 on an object that may be there already says "not yet"', () => {
  it('after a create that succeeded, for the preferences of the same user', async () => {
    const { clock, px, router } = setUp([{ status: 404 }, { status: 201 }, { status: 404 }, { status: 204 }]);
    const outcome = await clock.runUntil(router.deliver(preferencesPlan('u1')));

    expect(outcome).toMatchObject({ delivered: true, retries: 1 });
    expect(outcome.requests[2]).toMatchObject({
      step: 'setPreferences',
      status: 404,
      verdict: 'unavailable',
    });
    expect(px.sent).toHaveLength(4);
  });

  it('when it never ends, it is reported as retryable', async () => {
    const { clock, router } = setUp([{ status: 404 }, { status: 201 }, { status: 404 }]);
    const outcome = failure(await clock.runUntil(router.deliver(preferencesPlan('u1'))));

    expect(outcome).toMatchObject({ kind: 'retryable', code: 'unavailable', status: 404 });
  });

  it('but not for the user after the account was created', async () => {
    const { clock, px, router } = setUp([{ status: 404 }, { status: 201 }, { status: 404 }]);
    const outcome = failure(await clock.runUntil(router.deliver(groupPlan('u1', 'a1'))));

    expect(outcome).toMatchObject({ kind: 'retryable', code: 'user_not_found', status: 404 });
    expect(px.sent).toHaveLength(3);
  });

  it.each([{ status: 500 }, { error: 'ECONNRESET' }])(
    'after a create that may have succeeded (%p), was refused as duplicate, and is not found yet',
    async (lost) => {
      const { clock, router } = setUp([
        { status: 404 },
        lost,
        { status: 400, body: DUPLICATE },
        { status: 404 },
        { status: 204 },
      ]);
      const outcome = await clock.runUntil(router.deliver(identifyPlan('u1')));

      expect(outcome).toMatchObject({ delivered: true, retries: 2 });
    },
  );

  it('but not after a create that cannot have arrived', async () => {
    const { clock, router } = setUp([
      { status: 404 },
      { error: 'ECONNREFUSED' },
      { status: 400, body: DUPLICATE },
      { status: 404 },
    ]);
    const outcome = failure(await clock.runUntil(router.deliver(identifyPlan('u1'))));

    expect(outcome).toMatchObject({ kind: 'aborted', code: 'rejected', status: 400 });
  });
});

describe('an event that may have been written twice is marked', () => {
  it.each([
    { status: 408 },
    { status: 500 },
    { status: 502 },
    { error: 'ECONNRESET' },
    { error: 'UND_ERR_SOCKET' },
    {},
  ])('when it is sent again after %p', async (lost) => {
    const { clock, router } = setUp([lost, { status: 201 }]);
    const outcome = await clock.runUntil(router.deliver(trackPlan('u1')));

    expect(outcome).toMatchObject({ delivered: true, retries: 1, mayBeDuplicate: true });
  });

  it.each([
    { status: 429 },
    { status: 302 },
    ...[
      'ECONNREFUSED',
      'EHOSTUNREACH',
      'ENETUNREACH',
      'ENOTFOUND',
      'EAI_AGAIN',
      'UND_ERR_CONNECT_TIMEOUT',
      'EADDRNOTAVAIL',
      'EMFILE',
      'UND_ERR_INVALID_ARG',
      'CERT_HAS_EXPIRED',
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'ERR_TLS_CERT_ALTNAME_INVALID',
      'ERR_SSL_WRONG_VERSION_NUMBER',
    ].map((error) => ({ error })),
  ])('but not after %p, which wrote nothing', async (lost) => {
    const { clock, router } = setUp([lost, { status: 201 }]);
    const outcome = await clock.runUntil(router.deliver(trackPlan('u1')));

    expect(outcome).toMatchObject({ delivered: true, retries: 1, mayBeDuplicate: false });
  });

  it('nor when it was sent once only', async () => {
    const { clock, router } = setUp([{ status: 500 }], { maxAttempts: 1 });
    expect(await clock.runUntil(router.deliver(trackPlan('u1')))).toMatchObject({ mayBeDuplicate: false });
  });

  it('nor by what happened to an earlier step', async () => {
    const [event] = trackPlan('u1').steps;
    const update = { ...identifyPlan('u1').steps[0], on: { ok: { to: 'step', id: event.id } } } as const;
    const { clock, router } = setUp([{ status: 500 }, { status: 204 }, { status: 429 }, { status: 201 }]);
    const outcome = await clock.runUntil(router.deliver({ lanes: [], steps: [update, event] }));
    expect(outcome).toMatchObject({ delivered: true, retries: 2, mayBeDuplicate: false });
  });

  it('nor is a user: PX refuses to create one twice', async () => {
    const { clock, router } = setUp([{ status: 404 }, { status: 500 }, { status: 201 }]);
    const outcome = await clock.runUntil(router.deliver(identifyPlan('u1')));
    expect(outcome).toMatchObject({ delivered: true, retries: 1, mayBeDuplicate: false });
  });
});

describe('a fault of ours loses nothing', () => {
  it('what is thrown where nothing should be is an outcome of kind bug, and the router goes on', async () => {
    let isBroken = true;
    const random = (): number => {
      if (isBroken) throw new RangeError('random');
      return 0.5;
    };
    const { clock, px, router } = setUp([{ status: 500 }, { status: 201 }], { random });
    const outcome = failure(await clock.runUntil(router.deliver(trackPlan('u1'))));

    expect(outcome).toMatchObject({ kind: 'bug', code: 'internal', retryable: true });
    expect(outcome.requests).toHaveLength(1);
    expect(px.sent).toHaveLength(1);
    isBroken = false;
    expect(await clock.runUntil(router.deliver(trackPlan('u1')))).toMatchObject({ delivered: true });
    expect(router.stats()).toMatchObject({ pending: 0, running: 0, inFlight: 0 });
  });

  it('an observer that throws', async () => {
    const onRequest = jest.fn(() => {
      throw new Error('observer');
    });
    const { clock, router } = setUp([{ status: 201 }], { onRequest });
    expect(await clock.runUntil(router.deliver(trackPlan('u1')))).toMatchObject({ delivered: true });
    expect(onRequest).toHaveBeenCalledWith(expect.objectContaining({ route: 'events.create', status: 201 }));
  });
});

describe('the observer of one plan', () => {
  it('hears of every attempt of its plan, after that of the router, and of no other plan', async () => {
    const heard: string[] = [];
    const note = (who: string) => (record: RequestRecord) =>
      void heard.push(`${who} ${record.step} ${record.verdict}`);
    const { clock, router } = setUp([{ status: 404 }, { status: 503 }, { status: 201 }], {
      onRequest: note('all'),
    });
    const outcome = await clock.runUntil(router.deliver(identifyPlan('u1'), { onRequest: note('one') }));
    await clock.runUntil(router.deliver(trackPlan('u2')));
    expect(outcome.requests).toHaveLength(3);
    const attempts = outcome.requests.flatMap(({ step, verdict }) => [
      `all ${step} ${verdict}`,
      `one ${step} ${verdict}`,
    ]);
    expect(heard).toEqual([...attempts, 'all createEvent ok']);
  });

  it('is that of the job in a batch, or else that of the batch', async () => {
    const [ofBatch, ofJob] = [jest.fn(), jest.fn()];
    const { clock, router } = setUp([{ status: 201 }]);
    const batch = router.batch({ onRequest: ofBatch });
    await clock.runUntil(batch.add({ plan: trackPlan('u1'), onRequest: ofJob }));
    await clock.runUntil(batch.add({ plan: trackPlan('u2') }));
    expect([ofBatch.mock.calls.length, ofJob.mock.calls.length]).toEqual([1, 1]);
  });

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('observer');
      },
    ],
    ['rejects', () => Promise.reject(new Error('observer'))],
  ])('that %s ends neither the plan nor the process', async (_, onRequest) => {
    const { clock, router } = setUp([{ status: 201 }]);
    expect(await clock.runUntil(router.deliver(trackPlan('u1'), { onRequest }))).toMatchObject({
      delivered: true,
    });
  });
});
