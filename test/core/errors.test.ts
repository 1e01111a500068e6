import { runInNewContext } from 'node:vm';
import {
  AbortedError,
  ConfigurationError,
  DestinationError,
  InstrumentationError,
  InternalError,
  isDestinationError,
  RetryableError,
  ThrottledError,
} from '../../src/core/errors';

test.each([
  [new InstrumentationError('id_missing', 'no id'), 'instrumentation', 400, false],
  [new ConfigurationError('configuration_invalid', 'bad'), 'configuration', 400, false],
  [new AbortedError('rejected', 'no'), 'aborted', 400, false],
  [new ThrottledError('throttled', 'slow'), 'throttled', 429, true],
  [new RetryableError('unavailable', 'later'), 'retryable', 503, true],
  [new InternalError('internal', 'ours'), 'bug', 500, true],
])('%s has its kind, status and answer to "again?"', (error, kind, status, retryable) => {
  expect({ kind: error.kind, status: error.status, retryable: error.retryable }).toEqual({
    kind,
    status,
    retryable,
  });
  expect(error).toBeInstanceOf(DestinationError);
  expect(error).toBeInstanceOf(Error);
  expect(error.name).toBe(error.constructor.name);
  expect(isDestinationError(error)).toBe(true);
});

test('errors are known by their brand, of whatever copy of the package or realm they are', () => {
  const foreign = runInNewContext(
    `const e = new Error('x'); e[Symbol.for('gainsight-px.error')] = true; e`,
  ) as unknown;
  expect(isDestinationError(foreign)).toBe(true);
  for (const other of [new Error('x'), new TypeError('x'), { kind: 'instrumentation' }, 'x', null, undefined])
    expect(isDestinationError(other)).toBe(false);
});

test('the brand shows neither in JSON nor among the keys', () => {
  const error = new InstrumentationError('id_missing', 'no id');
  expect(Object.keys(error)).not.toContain('brand');
  expect(JSON.parse(JSON.stringify(error))).toEqual({
    code: 'id_missing',
    issues: [],
    name: 'InstrumentationError',
    kind: 'instrumentation',
    status: 400,
  });
});

describe('InternalError.from', () => {
  it('leaves our own errors as they are', () => {
    const error = new InstrumentationError('id_missing', 'no id');
    expect(InternalError.from(error)).toBe(error);
  });

  it('quotes nothing of a foreign message, which may hold a key, but keeps the cause', () => {
    const cause = new TypeError('header "secret-key" is not valid');
    const error = InternalError.from(cause);
    expect(error.message).toBe('unexpected TypeError');
    expect(error.cause).toBe(cause);
    expect(error.retryable).toBe(true);
  });

  test.each([['a text'], [undefined], [null], [7]])('takes whatever is thrown: %p', (thrown) => {
    expect(InternalError.from(thrown).kind).toBe('bug');
  });
});
