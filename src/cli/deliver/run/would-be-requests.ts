import { advance, maxRequests, type RequestPlan, type RouteName } from '../../../core/index.js';

/** Counts the requests of plans in a dry run. */
export class WouldBeRequests {
  readonly #byRoute: Partial<Record<RouteName, number>> = {};
  #atLeast = 0;
  #atMost = 0;

  /** When PX knows every user and account. */
  get atLeast(): number {
    return this.#atLeast;
  }

  /** When every plan takes its longest path. */
  get atMost(): number {
    return this.#atMost;
  }

  /** The requests of `atLeast`, by route. */
  get byRoute(): Readonly<Partial<Record<RouteName, number>>> {
    return this.#byRoute;
  }

  add(plan: RequestPlan): void {
    const [first] = plan.steps;
    this.#atMost += plan.steps.length === 1 ? 1 : maxRequests(plan);
    this.#count(first.route);
    if (first.on?.ok === undefined) return;
    for (
      let next = advance(plan, first.id, 'ok');
      next.to === 'step';
      next = advance(plan, next.step.id, 'ok')
    ) {
      this.#count(next.step.route);
    }
  }

  #count(route: RouteName): void {
    this.#atLeast += 1;
    this.#byRoute[route] = (this.#byRoute[route] ?? 0) + 1;
  }
}
