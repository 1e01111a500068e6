import { judgeExchange } from '../../../src/router/http/classify-attempt';
import type { Exchange } from '../../../src/router/http/transport';

const exchange = (part: Partial<Exchange>): Exchange => ({
  html: false,
  text: '',
  quote: '',
  durationMs: 0,
  ...part,
});
const broken = { errorCode: 'TIMEOUT' };

describe('an answer whose body broke off', () => {
  it.each([
    [201, 'events.create', 'ok'],
    [204, 'users.update', 'ok'],
    [400, 'users.create', 'rejected'],
    [401, 'users.update', 'denied'],
    [429, 'users.update', 'throttled'],
    [500, 'users.update', 'unavailable'],
  ] as const)('with %d for %s is judged by its status: %s', (status, route, verdict) => {
    expect(judgeExchange(exchange({ status, ...broken }), route)).toBe(verdict);
  });

  it('with 404 decides nothing: it may be a gateway’s page', () => {
    expect(judgeExchange(exchange({ status: 404, ...broken }), 'users.update')).toBe('unreachable');
    expect(judgeExchange(exchange({ status: 404 }), 'users.update')).toBe('notFound');
    expect(judgeExchange(exchange({ status: 404, html: true }), 'users.update')).toBe('unavailable');
  });

  it('with 200 decides nothing where the body is what was asked for', () => {
    expect(judgeExchange(exchange({ status: 200, ...broken }), 'preferences.get')).toBe('unreachable');
    expect(judgeExchange(exchange({ status: 200, text: '{}' }), 'preferences.get')).toBe('ok');
  });
});
