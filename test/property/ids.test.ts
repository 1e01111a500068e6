import fc from 'fast-check';
import {
  compile,
  deleteUser,
  denyUser,
  getPreferences,
  isDestinationError,
  setPreferences,
  type RequestDescriptor,
} from '../../src/index';
import { BASE_CONFIG } from '../fixture-runs/load-fixtures';
import { HAZARDOUS_IDS, JUNK_IDS } from '../destinations/gainsight_px/hazardous-ids';
import { id } from './arbitraries';

const ORIGIN = 'https://api.aptrinsic.com';
const ROUTE_WORDS = ['update', 'delete', 'denylist'];

/**
 * The segments of a URL's path as a Java web server reads them.
 *
 * @throws where such a server refuses the path
 */
function segmentsAsRead(endpoint: string): string[] {
  // `fetch` must send the URL unchanged.
  if (new URL(endpoint).href !== endpoint) throw new Error(`fetch would send ${new URL(endpoint).href}`);
  const path = endpoint.slice(ORIGIN.length).split('?')[0]!;
  const segments: string[] = [];
  for (const raw of path.slice(1).split('/')) {
    const encoded = raw.split(';')[0]!;
    if (/%(2f|5c|25|00)/i.test(encoded)) throw new Error(`a server would refuse ${raw}`);
    // Some servers read a plus as a space.
    const segment = decodeURIComponent(encoded.replaceAll('+', ' ')).trim();
    if (segment === '..') segments.pop();
    else if (segment !== '.' && segment !== '') segments.push(segment);
  }
  return segments;
}

/** The id that PX would read from the path or the body of a request. */
function idAsRead(request: RequestDescriptor, collection: readonly string[], idField: string): unknown {
  const segments = segmentsAsRead(request.endpoint);
  expect(segments.slice(0, collection.length)).toEqual(collection);
  const rest = segments.slice(collection.length);
  expect(rest.length).toBeLessThanOrEqual(1);
  const [last] = rest;
  if (last === undefined || ROUTE_WORDS.includes(last)) return request.body?.[idField];
  expect(request.body ?? {}).not.toHaveProperty(idField);
  return last;
}

const destination = compile({ ...BASE_CONFIG, missingUserOnGroup: 'create' });
const request = (plan: ReturnType<typeof destination.process>, step = 0) => plan.steps[step]!.request;
const writable = (value: string) => value.trim() !== '' && !/\p{Cs}/u.test(value);
const usable = (value: string) => writable(value) && !JUNK_IDS.includes(value);

const READERS: Readonly<Record<string, (value: string) => unknown>> = {
  'the update of a user': (value) =>
    idAsRead(
      request(destination.process({ type: 'identify', userId: value })),
      ['v1', 'users'],
      'identifyId',
    ),
  'the create of a user': (value) =>
    request(destination.process({ type: 'identify', userId: value }), 1).body?.identifyId,
  'the update of an account': (value) =>
    idAsRead(
      request(destination.process({ type: 'group', userId: 'u', groupId: value })),
      ['v1', 'accounts'],
      'id',
    ),
  'the create of an account': (value) =>
    request(destination.process({ type: 'group', userId: 'u', groupId: value }), 1).body?.id,
  'the link of a user': (value) =>
    idAsRead(
      request(destination.process({ type: 'group', userId: value, groupId: 'g' }), 3),
      ['v1', 'users'],
      'identifyId',
    ),
  'the account that a user is linked to': (value) =>
    request(destination.process({ type: 'group', userId: 'u', groupId: value }), 3).body?.accountId,
  'the event of a user': (value) =>
    request(destination.process({ type: 'track', userId: value, event: 'x' })).body?.identifyId,
  'the preferences that are set': (value) =>
    idAsRead(
      request(setPreferences(value, { surveys: false }, BASE_CONFIG)),
      ['v1', 'user', 'preferences'],
      'identifyId',
    ),
  'the preferences that are read': (value) =>
    idAsRead(request(getPreferences(value, BASE_CONFIG)), ['v1', 'user', 'preferences'], 'identifyId'),
  'the user that is deleted': (value) =>
    idAsRead(request(deleteUser(value, BASE_CONFIG)), ['v1', 'users'], 'identifyId'),
};

/** Plans that can also address a user whose id is a placeholder. */
const CALLS_ABOUT_ONE_USER = [
  'the preferences that are set',
  'the preferences that are read',
  'the user that is deleted',
];

describe.each(Object.entries(READERS))('%s', (name, read) => {
  const takesJunk = CALLS_ABOUT_ONE_USER.includes(name);
  it('has the id that was put in, or none', () => {
    const examples = takesJunk ? [...HAZARDOUS_IDS, ...JUNK_IDS] : HAZARDOUS_IDS;
    fc.assert(
      fc.property(id.filter(takesJunk ? writable : usable), (value) => {
        expect(read(value)).toBe(value);
      }),
      { numRuns: 300, examples: examples.map((value) => [value]) },
    );
  });
});

test('denyUser addresses the user with the given id, or refuses the id', () => {
  let taken = 0;
  fc.assert(
    fc.property(id.filter(writable), (value) => {
      let denied: RequestDescriptor;
      try {
        denied = request(denyUser(value, true, BASE_CONFIG));
      } catch (error) {
        if (isDestinationError(error) && error.code === 'id_not_allowed') return;
        throw error;
      }
      taken += 1;
      expect(segmentsAsRead(denied.endpoint)).toEqual(['v1', 'users', 'denylist', value]);
    }),
    { numRuns: 300, examples: [...HAZARDOUS_IDS, ...JUNK_IDS].map((value) => [value]) },
  );
  expect(taken).toBeGreaterThan(5);
});

test('an id in a path is plain ASCII, and at most 512 bytes long', () => {
  const letters = fc.string({ unit: fc.constantFrom(...'aé山A9 -'), minLength: 1, maxLength: 600 });
  fc.assert(
    fc.property(fc.oneof(id, letters).filter(usable), (value) => {
      const { endpoint } = request(destination.process({ type: 'identify', userId: value }));
      const last = endpoint.slice(`${ORIGIN}/v1/users/`.length);
      expect(last).toMatch(/^(?:[A-Za-z0-9\-._~@]|%[0-9A-F]{2})+$/);
      expect(last.length).toBeLessThanOrEqual(512);
    }),
    { numRuns: 300 },
  );
});

test('two ids never lead to the same request', () => {
  fc.assert(
    fc.property(id.filter(usable), id.filter(usable), (one, other) => {
      fc.pre(one !== other);
      const target = (value: string) => {
        const { endpoint, body } = request(deleteUser(value, BASE_CONFIG));
        return [segmentsAsRead(endpoint), body];
      };
      expect(target(one)).not.toEqual(target(other));
    }),
    { numRuns: 300 },
  );
});
