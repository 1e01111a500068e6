import { isTransient, judge } from '../../src/core/verdict';

test.each([
  [200, 'ok'],
  [201, 'ok'],
  [204, 'ok'],
  [299, 'ok'],
  [400, 'rejected'],
  [401, 'denied'],
  [403, 'denied'],
  [404, 'notFound'],
  [405, 'rejected'],
  [408, 'throttled'],
  [409, 'rejected'],
  [410, 'rejected'],
  [413, 'rejected'],
  [422, 'rejected'],
  [429, 'throttled'],
  [499, 'rejected'],
  [100, 'unavailable'],
  [199, 'unavailable'],
  [301, 'unavailable'],
  [302, 'unavailable'],
  [307, 'unavailable'],
  [500, 'unavailable'],
  [502, 'unavailable'],
  [503, 'unavailable'],
  [599, 'unavailable'],
  [600, 'unavailable'],
  [0, 'unavailable'],
  [NaN, 'unavailable'],
] as const)('status %s is %s', (status, verdict) => {
  expect(judge({ status })).toBe(verdict);
});

test('an HTML page with 404 is a gateway speaking, not the API', () => {
  expect(judge({ status: 404, html: true })).toBe('unavailable');
  expect(judge({ status: 404, html: false })).toBe('notFound');
});

test.each([
  [403, 'denied'],
  [400, 'rejected'],
  [429, 'throttled'],
  [200, 'ok'],
  [503, 'unavailable'],
] as const)('an HTML page with %s is %s as any other body', (status, verdict) => {
  expect(judge({ status, html: true })).toBe(verdict);
});

test('no status at all means that nobody answered', () => {
  expect(judge({})).toBe('unreachable');
  expect(judge({ html: true })).toBe('unreachable');
});

test('exactly three verdicts may change by themselves', () => {
  const transient = (
    ['ok', 'notFound', 'rejected', 'denied', 'throttled', 'unavailable', 'unreachable'] as const
  ).filter(isTransient);
  expect(transient).toEqual(['throttled', 'unavailable', 'unreachable']);
});
