import type { RequestPlan } from '../../core/index.js';

/** What stands in place of a secret. Its length says nothing of the secret's. */
export const MASK = '********';

const SHOWN_HEADERS: ReadonlySet<string> = new Set(['content-type']);

/** A plan that can be shown: no header but those known to be harmless keeps its value. The plan itself is not changed. */
export function maskKey(plan: RequestPlan): RequestPlan {
  const [first, ...others] = plan.steps.map((step) => ({
    ...step,
    request: { ...step.request, headers: maskHeaders(step.request.headers) },
  }));
  return { ...plan, steps: [first!, ...others] };
}

function maskHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      SHOWN_HEADERS.has(name.toLowerCase()) ? value : MASK,
    ]),
  );
}
