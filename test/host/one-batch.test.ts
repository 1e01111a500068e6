import type { JsonObject } from '../../src/core/json/json-object';
import type { Simulator } from '../../src/simulator';
import { cleanUp, startPx, startScene } from './setup';
import { hostEvent } from './workload';
import { ROUTER_WAYS, WAYS } from './ways';

afterEach(cleanUp);

const timestamp = '2026-01-02T03:04:05Z';
const identify = (userId: string, traits: JsonObject): JsonObject => ({
  type: 'identify',
  timestamp,
  userId,
  traits,
});
const group = (userId: string, groupId: string, traits: JsonObject): JsonObject => ({
  type: 'group',
  timestamp,
  userId,
  groupId,
  traits,
});

/**
 * Messages that depend on each other, in one batch, to an empty PX: a lookup before the batch finds none of
 * their objects.
 */
describe.each(WAYS)('one batch with new objects, $name', ({ mode, options }) => {
  async function deliver(...messages: JsonObject[]): Promise<Simulator> {
    const px = await startPx();
    const scene = await startScene(mode, px, { ...options, workers: 1, jobsPerBatch: 20 });
    const report = await scene.run(messages.map((message) => hostEvent(message)));
    expect(report).toMatchObject({
      violations: [],
      states: { Succeeded: messages.length },
      transformRequests: 1,
    });
    return px.px;
  }

  it('identifies a user and groups it', async () => {
    const px = await deliver(identify('ada', { title: 'Countess' }), group('ada', 'acme', { plan: 'pro' }));
    expect(px.state.users.get('ada')).toMatchObject({ title: 'Countess', accountId: 'acme' });
    expect(px.state.accounts.get('acme')).toMatchObject({ plan: 'pro' });
  });

  it('identifies a user twice', async () => {
    const px = await deliver(
      identify('ada', { title: 'Miss', score: 1 }),
      identify('ada', { title: 'Countess' }),
    );
    expect(px.state.users.get('ada')).toMatchObject({ title: 'Countess', score: 1 });
  });

  it('groups two users into one account', async () => {
    const px = await deliver(
      identify('ada', {}),
      identify('charles', {}),
      group('ada', 'acme', { plan: 'pro' }),
      group('charles', 'acme', { industry: 'engines' }),
    );
    expect(px.state.accounts.get('acme')).toMatchObject({ plan: 'pro', industry: 'engines' });
    for (const user of ['ada', 'charles'])
      expect(px.state.users.get(user)).toMatchObject({ accountId: 'acme' });
  });

  it('identifies a user, groups it, and tracks it', async () => {
    const px = await deliver(identify('ada', {}), group('ada', 'acme', {}), {
      type: 'track',
      timestamp,
      userId: 'ada',
      event: 'Computed',
      properties: { number: 2 ** 60, text: '<&>' },
    });
    expect(px.state.events.list).toEqual([
      expect.objectContaining({ eventName: 'Computed', attributes: { number: 2 ** 60, text: '<&>' } }),
    ]);
  });
});

/**
 * PX does not show a new object at once. A service that reads this as "no such user" loses the next event.
 */
describe.each(ROUTER_WAYS)(
  'one batch with new objects and a PX whose read side lags, $name',
  ({ mode, options }) => {
    it.each([1, 3, 6])('by %i requests: nothing is lost', async (requests) => {
      const px = await startPx();
      px.px.configure({ readLag: { requests } });
      const scene = await startScene(mode, px, { ...options, workers: 1, jobsPerBatch: 20 });
      const messages = [
        identify('ada', { title: 'Miss' }),
        identify('charles', {}),
        group('ada', 'acme', { plan: 'pro' }),
        group('charles', 'acme', { industry: 'engines' }),
        identify('ada', { title: 'Countess', userPreferences: { surveys: false } }),
      ];
      const report = await scene.run(messages.map((message) => hostEvent(message)));
      expect(report).toMatchObject({ violations: [], states: { Succeeded: messages.length } });
      expect(px.px.state.users.get('ada')).toMatchObject({ title: 'Countess', accountId: 'acme' });
      expect(px.px.state.users.get('charles')).toMatchObject({ accountId: 'acme' });
      expect(px.px.state.accounts.get('acme')).toMatchObject({ plan: 'pro', industry: 'engines' });
      expect(px.px.state.preferences.get('ada')).toMatchObject({ surveys: false });
    });
  },
);
