import { advance, maxRequests, type RequestPlan } from '../../../core/index.js';

/** Counts the requests that a dry run would send. */
export class WouldBeRequests {
  readonly #byRoute: Record<string, number> = {};
  #atLeast = 0;
  #atMost = 0;

  /** If PX knows every user and account. */
  get atLeast(): number {
    return this.#atLeast;
  }

  /** If every plan takes its longest path. */
  get atMost(): number {
    return this.#atMost;
  }

  /** The requests of `atLeast`, by route. */
  get byRoute(): Readonly<Record<string, number>> {
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

  #count(route: string): void {
    this.#atLeast += 1;
    this.#byRoute[route] = (this.#byRoute[route] ?? 0) + 1;
  }
}
