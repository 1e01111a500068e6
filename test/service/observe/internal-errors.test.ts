import { InternalError, RetryableError } from '../../../src/core/errors';
import { logInternalErrors } from '../../../src/service/observe/internal-errors';
import { cleanUp, job, track, world } from '../running-service';

afterEach(cleanUp);

function logged(...errors: Parameters<typeof logInternalErrors>[0]): unknown[] {
  const lines: unknown[] = [];
  const note = (fields: object): void => {
    lines.push(fields);
  };
  logInternalErrors(errors, { info: note, warn: note, error: note });
  return lines;
}

test('a fault of the service is logged by name and place, once a request, and without its words', () => {
  const thrown = new TypeError('secret\n    at secret');
  const bug = InternalError.from(thrown);
  expect(logged(new RetryableError('unavailable', 'x'), bug, InternalError.from(5))).toEqual([
    {
      error: 'TypeError',
      at: expect.arrayContaining([expect.stringMatching(/internal-errors\.test\.ts:\d+/)]),
      events: 2,
    },
  ]);
  expect(JSON.stringify(logged(bug))).not.toContain('secret');
  expect(JSON.stringify(logged(InternalError.from(Object.assign(thrown, { message: 'y' }))))).not.toContain(
    'secret',
  );
});

test('the place is told of errors with a code too', () => {
  const thrown = new TypeError('secret');
  thrown.stack = (thrown.stack ?? '').replace('TypeError:', 'TypeError [ERR_X]:');
  expect(logged(InternalError.from(thrown))).toEqual([
    {
      error: 'TypeError',
      at: expect.arrayContaining([expect.stringMatching(/internal-errors\.test\.ts/)]),
      events: 1,
    },
  ]);
});

test('what is no fault of the service is not logged as one', () => {
  expect(logged(new RetryableError('unavailable', 'x'))).toEqual([]);
});

test.each(['/routerTransform', '/v0/destinations/gainsight_px'])('on %s too', async (url) => {
  const here = await world();
  const events = [job(1, track(), {}, null)];
  await here.post(url, url === '/routerTransform' ? { input: events, destType: 'gainsight_px' } : events);
  expect(here.logged()).toContain('the request contains no destination for this event');
});
