import { createRouter, type Router, type RouterOptions } from '../../src/router';
import { createSimulator, type Simulator } from '../../src/simulator';
import type { RequestPlan } from '../../src';

/** A simulated PX with a router that sends everything to it, whatever data center a plan names. */
export interface SimulatedPx {
  readonly simulator: Simulator;
  readonly origin: string;
  readonly deliver: Router['deliver'];
  /** Delivers plans one after another; each must succeed, and none of its requests be refused as wrong. */
  deliverAll(...plans: RequestPlan[]): Promise<void>;
  /** Empties PX, and forgets with the router what it knew of it. */
  startAnew(): void;
  close(): Promise<void>;
}

/** Starts a simulator with a router, or a second router to one that runs already. */
export async function startSimulatedPx(
  running?: SimulatedPx,
  options: RouterOptions = {},
): Promise<SimulatedPx> {
  const simulator = running?.simulator ?? createSimulator();
  const origin = running?.origin ?? (await simulator.listen()).origin;
  const newRouter = (): Router =>
    createRouter({
      fetch: (url, init) => fetch(url.replace(/^https:\/\/[^/]+/, origin), init),
      requestsPerSecond: Infinity,
      requestsPerDay: Infinity,
      maxAttempts: 1,
      ...options,
    });
  let router = newRouter();
  return {
    simulator,
    origin,
    deliver: (plan) => router.deliver(plan),
    async deliverAll(...plans) {
      for (const plan of plans) {
        const outcome = await router.deliver(plan);
        expect(outcome).toMatchObject({ delivered: true });
        const refused = outcome.requests.filter(({ status }) => status === undefined || status === 400);
        expect(refused).toEqual([]);
      }
    },
    startAnew() {
      simulator.reset();
      void router.close();
      router = newRouter();
    },
    async close() {
      await router.close();
      if (running === undefined) await simulator.close();
    },
  };
}

/** The plan that makes a user, written without the library. */
export function creationOf(identifyId: string): RequestPlan {
  return creation('users', { identifyId, type: 'USER', propertyKeys: ['untouched'] });
}

/** The plan that makes an account, written without the library. */
export function creationOfAccount(id: string): RequestPlan {
  return creation('accounts', { id, name: 'untouched', propertyKeys: ['untouched'] });
}

function creation(
  kind: 'users' | 'accounts',
  body: Readonly<Record<string, string | string[]>>,
): RequestPlan {
  return {
    lanes: [],
    steps: [
      {
        id: 'create',
        route: `${kind}.create`,
        effect: 'upsert',
        request: {
          method: 'POST',
          endpoint: `https://api.aptrinsic.com/v1/${kind}`,
          endpointPath: kind,
          headers: { 'X-APTRINSIC-API-KEY': 'seed', 'Content-Type': 'application/json' },
          body,
        },
      },
    ],
  };
}
