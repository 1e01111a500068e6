import { classifyAttempt } from '../../../src/router/http/classify-attempt';
import type { AttemptResult } from '../../../src/router/http/transport';

const exchange = (part: Partial<AttemptResult>): AttemptResult => ({
  html: false,
  text: '',
  summary: '',
  durationMs: 0,
  ...part,
});
const broken = { errorCode: 'TIMEOUT' };

describe('an answer whose body broke off', () => {
  it.each([
    [201, 'append', 'ok'],
    [204, 'upsert', 'ok'],
    [400, 'upsert', 'rejected'],
    [401, 'upsert', 'denied'],
    [429, 'upsert', 'throttled'],
    [500, 'upsert', 'unavailable'],
  ] as const)('with %d for %s is judged by its status: %s', (status, effect, verdict) => {
    expect(classifyAttempt(exchange({ status, ...broken }), effect)).toBe(verdict);
  });

  it('with 404 decides nothing: it may be a gateway’s page', () => {
    expect(classifyAttempt(exchange({ status: 404, ...broken }), 'upsert')).toBe('unreachable');
    expect(classifyAttempt(exchange({ status: 404 }), 'upsert')).toBe('notFound');
    expect(classifyAttempt(exchange({ status: 404, html: true }), 'upsert')).toBe('unavailable');
  });

  it('with 200 decides nothing where the body is what was asked for', () => {
    expect(classifyAttempt(exchange({ status: 200, ...broken }), 'read')).toBe('unreachable');
    expect(classifyAttempt(exchange({ status: 200, text: '{}' }), 'read')).toBe('ok');
  });
});
