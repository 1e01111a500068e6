import { createRouter, type Outcome, type Router, type RouterOptions } from '../../src/router';
import { createSimulator, type Simulator } from '../../src/simulator';
import type { RequestPlan } from '../../src';

/** A simulated PX with a router that sends all requests to it, for every data center. */
export interface SimulatedPx {
  readonly simulator: Simulator;
  readonly origin: string;
  readonly deliver: Router['deliver'];
  /** Delivers plans one after another. Each must succeed, and PX must not refuse a request of it with 400. */
  deliverAll(...plans: RequestPlan[]): Promise<void>;
  /** Fails with PX's reasons unless all plans were delivered. */
  expectDelivered(...outcomes: Outcome[]): void;
  /**
   * Each answer of PX that is not 2xx, with its body: the reason why a plan failed. Shared by the routers of
   * one PX.
   */
  readonly refusals: string[];
  /** Empties PX and starts with a new router. */
  startAnew(): void;
  close(): Promise<void>;
}

/** Starts a simulator with a router, or adds a second router to a running simulator. */
export async function startSimulatedPx(
  running?: SimulatedPx,
  options: RouterOptions = {},
): Promise<SimulatedPx> {
  const simulator = running?.simulator ?? createSimulator();
  const origin = running?.origin ?? (await simulator.listen()).origin;
  const refusals = running?.refusals ?? [];
  const newRouter = (): Router =>
    createRouter({
      fetch: async (url, init) => {
        const response = await fetch(url.replace(/^https:\/\/[^/]+/, origin), init);
        if (!response.ok) refusals.push(await refusalText(init.method, response));
        return response;
      },
      requestsPerSecond: Infinity,
      requestsPerDay: Infinity,
      maxAttempts: 1,
      ...options,
    });
  let router = newRouter();

  const expectDelivered = (...outcomes: Outcome[]): void => {
    if (outcomes.every(({ delivered }) => delivered)) return;
    throw new Error(failureText('PX did not take the plan', outcomes, refusals));
  };
  return {
    simulator,
    origin,
    refusals,
    deliver: (plan) => router.deliver(plan),
    expectDelivered,
    async deliverAll(...plans) {
      for (const plan of plans) {
        const outcome = await router.deliver(plan);
        expectDelivered(outcome);
        if (outcome.requests.some(({ status }) => status === undefined || status === 400)) {
          throw new Error(failureText('PX refused a request of the plan', [outcome], refusals));
        }
      }
    },
    startAnew() {
      simulator.reset();
      refusals.length = 0;
      void router.close();
      router = newRouter();
    },
    async close() {
      await router.close();
      if (running === undefined) await simulator.close();
    },
  };
}

async function refusalText(method: string, response: Response): Promise<string> {
  const { pathname } = new URL(response.url);
  return `${method} ${pathname}: ${response.status} ${await response.clone().text()}`;
}

function failureText(claim: string, outcomes: readonly Outcome[], refusals: readonly string[]): string {
  const messages = outcomes.flatMap((outcome) => (outcome.delivered ? [] : [outcome.message]));
  return [`${claim}. Answers of PX that are not 2xx:`, ...refusals, ...messages].join('\n  ');
}

/** A plan that creates a user, written without the library. */
export function creationOf(identifyId: string): RequestPlan {
  return creation('users', { identifyId, type: 'USER', propertyKeys: ['untouched'] });
}

/** A plan that creates an account, written without the library. */
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
