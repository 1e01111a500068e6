import { destinationForProxy, destinationIdentity } from '../../../src/protocol/destination/destination';
import { toWireDescriptor } from '../../../src/protocol/descriptor';
import { errorText } from '../../../src/protocol/error-text';
import { errorStatus } from '../../../src/protocol/transform/item-status';
import { parseDeletionRequest } from '../../../src/protocol/delete-users';
import { parseProxyTimeoutMs } from '../../../src/protocol/proxy/proxy-request';
import { parseProcessorRequest, parseRouterRequest } from '../../../src/protocol/transform/transform-request';
import { AbortedError, InternalError, RetryableError, ThrottledError } from '../../../src/core/errors';

const destination = { ID: 'd1' };
const connection = { sourceId: 's1', destinationId: 'd1' };
const metadata = { jobId: 1, sourceId: 's1', destinationId: 'd1' };
const event = { message: { type: 'track' }, metadata, destination, connection };

test('both forms of a processor request give the same events', () => {
  const compacted = {
    input: [{ message: event.message, metadata }],
    destinations: { d1: destination },
    connections: { 's1:d1': connection },
  };
  expect(parseProcessorRequest([event])).toEqual([event]);
  expect(parseProcessorRequest(compacted)).toEqual([event]);
  expect(parseRouterRequest({ ...compacted, destType: 'GAINSIGHT_PX' })).toEqual({
    destType: 'gainsight_px',
    events: [event],
  });
  expect(parseRouterRequest({ input: [event], destType: 'x' })).toEqual({ destType: 'x', events: [event] });
});

test.each(['constructor', '__proto__', 'toString', 5, undefined])(
  'a destination %j that the map does not own is absent',
  (destinationId) => {
    const [parsed] = parseProcessorRequest({
      input: [{ message: {}, metadata: { destinationId } }],
      destinations: {},
    });
    expect(parsed!.destination).toBeUndefined();
  },
);

test.each([null, 5, 'x', {}, { input: 5 }, [null], [5], [{}], [{ metadata: [] }], { input: [{}] }])(
  'what is in neither form is refused without being quoted: %j',
  (body) => {
    expect(() => parseProcessorRequest(body)).toThrow(/expected/);
  },
);

test('of a destination the reply holds texts where the host expects texts, whatever came', () => {
  expect(destinationIdentity(null)).toEqual({});
  expect(
    destinationIdentity({ ID: 5, Name: null, DestinationDefinition: 'x', Config: { apiKey: 'k' } }),
  ).toEqual({
    DestinationDefinition: { Name: 'GAINSIGHT_PX' },
  });
  expect(destinationForProxy({ ID: 'd', version: 'x' }, { apiKey: 'k' })).toEqual({
    ID: 'd',
    DestinationDefinition: { Name: 'GAINSIGHT_PX' },
    Config: { apiKey: 'k' },
  });
});

test('a descriptor without a body has all forms empty; an empty body has a form that the host sends', () => {
  const request = { method: 'DELETE', endpoint: 'https://x', endpointPath: 'users', headers: {} } as const;
  expect(Object.values(toWireDescriptor(request).body)).toEqual([{}, {}, {}, {}]);
  expect(toWireDescriptor({ ...request, body: {} }).body.JSON_ARRAY).toEqual({ batch: '{}' });
});

test.each([
  [new ThrottledError('throttled', ''), undefined, 429],
  [new ThrottledError('daily_quota_reached', ''), undefined, 429],
  [new ThrottledError('throttled', ''), 408, 429],
  [new RetryableError('unavailable', ''), 502, 502],
  [new RetryableError('unavailable', ''), 599, 503],
  [new RetryableError('unavailable', ''), 302, 503],
  [new RetryableError('unavailable', ''), 404, 503],
  [new RetryableError('unreachable', ''), undefined, 504],
  [new RetryableError('blocked', ''), undefined, 500],
  [new RetryableError('cancelled', ''), undefined, 503],
  [new InternalError('internal', ''), undefined, 500],
  [new AbortedError('denied', ''), 401, 400],
  [new AbortedError('user_not_found', ''), 404, 400],
])('item status %#', (error, pxStatus, expected) => {
  expect(errorStatus(error, pxStatus)).toBe(expected);
});

test('error texts have no NUL in either spelling, and are bounded', () => {
  expect(errorText('a\u0000b\\u0000c')).toBe('abc');
  expect(errorText('x'.repeat(10_000)).length).toBeLessThan(2_100);
});

test.each([
  ['250', 250],
  ['10000', 10_000],
  [undefined, 10_000],
  ['', 10_000],
  ['0', 10_000],
  ['-5', 10_000],
  ['1e3', 10_000],
  ['999999999', 600_000],
])('RdProxy-Timeout %j is %i ms', (header, expected) => {
  expect(parseProxyTimeoutMs(header)).toBe(expected);
});

test('a deletion request is an array of one', () => {
  const job = {
    destType: 'GAINSIGHT_PX',
    config: { apiKey: 'k' },
    userAttributes: [{ userId: 'u' }, {}, null, { userId: 5 }],
  };
  expect(parseDeletionRequest([job])).toEqual({
    destType: 'gainsight_px',
    config: { apiKey: 'k' },
    userIds: ['u', '', '', '5'],
  });
  for (const body of [null, [], [job, job], {}, [{ ...job, userAttributes: 5 }]])
    expect(() => parseDeletionRequest(body)).toThrow(/expected/);
});
