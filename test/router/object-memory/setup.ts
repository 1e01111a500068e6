import { deleteUser, denyUser, eventTimesOf, process, type DestinationConfig } from '../../../src';
import { createRouter, type Outcome, type Router, type RouterOptions } from '../../../src/router';
import { FakeClock } from '../../__mocks__/clock.fake';
import { FakePxApi, type ScriptedAnswer, type SentRequest } from '../../__mocks__/px-api.fake';
import { PxObjects } from '../../__mocks__/px-objects.fake';

export const CONFIG: DestinationConfig = {
  apiKey: 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6',
  productTagKey: 'AP-TEST-2',
  userAttributeMap: [
    { from: 'plan', to: 'plan' },
    { from: 'seats', to: 'seats' },
  ],
  accountAttributeMap: [{ from: 'tier', to: 'tier' }],
};

export const MINUTE_MS = 60_000;
export const NOW_MS = Date.UTC(2024, 0, 1);

/** ISO text of a time in minutes from the start of the test. */
export const at = (minutes: number): string => new Date(NOW_MS + minutes * MINUTE_MS).toISOString();

type Message = Readonly<Record<string, unknown>>;

export const identify = (traits: Message, minutes?: number, userId = 'ada'): Message => ({
  type: 'identify',
  userId,
  traits,
  ...(minutes === undefined ? {} : { timestamp: at(minutes) }),
});

export const group = (traits: Message, minutes?: number, groupId = 'acme', userId = 'ada'): Message => ({
  type: 'group',
  userId,
  groupId,
  traits,
  ...(minutes === undefined ? {} : { timestamp: at(minutes) }),
});

/** A router with an object memory of ten minutes, before a PX that keeps users and accounts. */
export class MemorySetup {
  readonly clock = new FakeClock(NOW_MS);
  readonly px = new PxObjects();
  readonly api: FakePxApi;
  readonly router: Router;
  /** Answers in place of PX's, for the next requests. */
  readonly instead: ((request: SentRequest) => ScriptedAnswer)[] = [];

  constructor(options: RouterOptions = {}, hasMemory = true) {
    this.api = new FakePxApi(this.clock, (request) => (this.instead.shift() ?? this.px.answer)(request));
    this.router = createRouter({
      clock: this.clock,
      fetch: this.api.fetch,
      random: () => 0.5,
      ...(hasMemory ? { skipUnchanged: 10 * MINUTE_MS } : {}),
      ...options,
    });
  }

  deliver(message: Message, config: DestinationConfig = CONFIG): Promise<Outcome> {
    const plan = process(message, config);
    return this.clock.runUntil(this.router.deliver(plan, { eventTimes: eventTimesOf(message) }));
  }

  erase(userId = 'ada'): Promise<Outcome> {
    return this.clock.runUntil(this.router.deliver(deleteUser(userId, CONFIG)));
  }

  deny(userId = 'ada'): Promise<Outcome> {
    return this.clock.runUntil(this.router.deliver(denyUser(userId, true, CONFIG)));
  }

  /** The requests since the last call, with their bodies. */
  sent(): [string, unknown][] {
    return this.api.sent
      .splice(0)
      .map(({ method, path, body }): [string, unknown] => [`${method} ${path}`, body]);
  }
}

/** What goes along with every update of a user. */
export const USER = { type: 'USER', propertyKeys: ['AP-TEST-2'] };
export const ACCOUNT = { propertyKeys: ['AP-TEST-2'] };
