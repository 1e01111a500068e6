import { sharedRouterOptions } from '../../../src/cli/settings/shared-limits';
import type { SharedThroughRedis } from '../../../src/redis';

const store = { open: () => Promise.reject(new Error('not used')) };
const rateLimiter = (): never => {
  throw new Error('not used');
};
const shared = { rateLimiter, objectStore: store } as unknown as SharedThroughRedis;

describe('--skip-unchanged', () => {
  test('is on by default where the memory is shared, and only there', () => {
    expect(sharedRouterOptions(shared, undefined)).toEqual({
      rateLimiter,
      skipUnchanged: { forMs: 600_000, store },
    });
    expect(sharedRouterOptions(undefined, undefined)).toEqual({});
  });

  test('a time that is given counts, 0 switches it off', () => {
    expect(sharedRouterOptions(shared, 1_000)).toEqual({
      rateLimiter,
      skipUnchanged: { forMs: 1_000, store },
    });
    expect(sharedRouterOptions(undefined, 1_000)).toEqual({ skipUnchanged: 1_000 });
    expect(sharedRouterOptions(shared, 0)).toEqual({ rateLimiter });
    expect(sharedRouterOptions(undefined, 0)).toEqual({});
  });
});
