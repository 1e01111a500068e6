import { createRouter, type Failed, type Outcome, type Router, type RouterOptions } from '../../src/router';
import { FakeClock } from '../__mocks__/clock.fake';
import { FakePxApi, type ScriptedAnswer, type SentRequest } from '../__mocks__/px-api.fake';

/** A router on a fake clock and a scripted PX. */
export interface Setup {
  readonly clock: FakeClock;
  readonly px: FakePxApi;
  readonly router: Router;
}

type Script = readonly ScriptedAnswer[] | ((request: SentRequest, index: number) => ScriptedAnswer);

/** Jitter is always half of what it may be, so that waits can be told beforehand. */
export function setUp(script: Script, options: RouterOptions = {}): Setup {
  const clock = new FakeClock();
  const px = typeof script === 'function' ? new FakePxApi(clock, script) : FakePxApi.scripted(clock, script);
  const router = createRouter({ clock, fetch: px.fetch, random: () => 0.5, ...options });
  return { clock, px, router };
}

/** The outcome as a failure; fails the test when it is none. */
export function failure(outcome: Outcome): Failed {
  if (outcome.delivered) throw new Error('was delivered, should have failed');
  return outcome;
}
