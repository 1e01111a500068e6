import { advance, creates, maxRequests, type RequestPlan, type Step } from '../../src/core/plan';

const step = (id: string, on?: Step['on'], kind?: 'user' | 'account'): Step => ({
  id,
  route: 'users.update',
  effect: 'upsert',
  ...(kind === undefined ? {} : { object: { kind, id: 'u' } }),
  request: { method: 'PUT', endpoint: 'https://px.test/v1/users/u', endpointPath: 'users', headers: {} },
  ...(on === undefined ? {} : { on }),
});
const planOf = (...steps: [Step, ...Step[]]): RequestPlan => ({ lanes: [], steps });

describe('advance', () => {
  const second = step('second');
  const plan = planOf(
    step('first', {
      notFound: { to: 'step', id: 'second' },
      rejected: { to: 'fail', code: 'denied', answerOf: 'second' },
      denied: { to: 'done' },
    }),
    second,
  );

  it('goes to the step that the table names', () => {
    expect(advance(plan, 'first', 'notFound')).toEqual({ to: 'step', step: second });
  });

  it('fails with the code and the answer that the table names', () => {
    expect(advance(plan, 'first', 'rejected')).toEqual({ to: 'fail', code: 'denied', answerOf: 'second' });
  });

  it('ends where the table says so', () => {
    expect(advance(plan, 'first', 'denied')).toEqual({ to: 'done' });
  });

  it('ends with the note that the table names', () => {
    const noting = planOf(step('only', { notFound: { to: 'done', note: 'link_skipped' } }));
    expect(advance(noting, 'only', 'notFound')).toEqual({ to: 'done', note: 'link_skipped' });
  });

  it('fails with its own answer when the table names none, and as retryable where a user may still come', () => {
    const failing = planOf(step('only', { notFound: { to: 'fail', code: 'user_not_found' } }));
    expect(advance(failing, 'only', 'notFound')).toEqual({
      to: 'fail',
      code: 'user_not_found',
      answerOf: 'only',
      retryable: true,
    });
  });

  it('without an entry, ends on ok though other steps follow', () => {
    expect(advance(plan, 'first', 'ok')).toEqual({ to: 'done' });
    expect(advance(plan, 'second', 'ok')).toEqual({ to: 'done' });
  });

  test.each([
    ['notFound', 'user', 'user_not_found'],
    ['notFound', 'account', 'account_not_found'],
    ['notFound', undefined, 'rejected'],
    ['rejected', 'user', 'rejected'],
    ['rejected', 'account', 'rejected'],
    ['denied', undefined, 'denied'],
  ] as const)('without an entry, %s of an object %s fails as %s', (verdict, kind, code) => {
    const bare = planOf(step('only', undefined, kind));
    expect(advance(bare, 'only', verdict)).toEqual({ to: 'fail', code, answerOf: 'only' });
  });

  test.each(['throttled', 'unavailable', 'unreachable'] as const)('sends again on %s', (verdict) => {
    expect(advance(plan, 'first', verdict)).toEqual({ to: 'retry', verdict });
  });

  it('refuses a step that the plan does not have', () => {
    expect(() => advance(plan, 'third', 'ok')).toThrow(RangeError);
    expect(() => advance(plan, 'third', 'throttled')).toThrow(RangeError);
  });

  test.each(['first', 'second', 'missing'])('refuses to go back, or to nowhere: %s', (id) => {
    const looping = planOf(step('first'), step('second', { ok: { to: 'step', id } }));
    expect(() => advance(looping, 'second', 'ok')).toThrow(RangeError);
  });

  it('changes nothing', () => {
    const frozen = JSON.stringify(plan);
    advance(plan, 'first', 'notFound');
    expect(JSON.stringify(plan)).toBe(frozen);
  });
});

test.each([
  ['upsert', 'POST', true],
  ['upsert', 'PUT', false],
  ['read', 'POST', false],
  ['append', 'POST', false],
  ['delete', 'DELETE', false],
] as const)('an %s by %s creates its object: %s', (effect, method, isCreation) => {
  expect(creates({ effect, method })).toBe(isCreation);
});

describe('maxRequests', () => {
  it('is 1 for a single step', () => {
    expect(maxRequests(planOf(step('only')))).toBe(1);
  });

  it('counts only steps that can be reached', () => {
    expect(maxRequests(planOf(step('first'), step('second'), step('third')))).toBe(1);
  });

  it('is the longest way, not the number of steps', () => {
    const plan = planOf(
      step('a', { ok: { to: 'step', id: 'd' }, notFound: { to: 'step', id: 'b' } }),
      step('b', { ok: { to: 'step', id: 'd' }, rejected: { to: 'step', id: 'c' } }),
      step('c'),
      step('d', { denied: { to: 'step', id: 'e' } }),
      step('e'),
    );
    expect(maxRequests(plan)).toBe(4);
  });
});
