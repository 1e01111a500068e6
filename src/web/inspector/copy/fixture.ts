import { advance, judge, type Advance, type RequestPlan } from '../../../core/index.js';
import {
  explain,
  type DestinationConfig,
  type Explanation,
} from '../../../destinations/gainsight_px/index.js';
import { NO_KEY } from '../inspection.js';
import { answerOf, type Answers } from '../walk.js';
import { knownConfig } from './known-config.js';

const US = 'https://api.aptrinsic.com';
const WHY = 'Copied from the inspector: say here which behaviour it shows.';

/**
 * A message as a file of `test/__fixtures__/gainsight_px`: what the mapping makes of it now is what the fixture expects.
 *
 * @param answers the answers of PX that the fixture holds; steps that the plan does not come to are left out
 */
export function fixtureText(event: unknown, config: unknown, answers: Answers): string {
  const settings = knownConfig(config);
  const explanation = explain(
    event as never,
    { ...settings, apiKey: NO_KEY } as unknown as DestinationConfig,
  );
  const { plan } = explanation;
  const run = plan === undefined ? undefined : runOf(plan, answers);
  const fixture = {
    why: WHY,
    // The base has a tag key, too, which would make a configuration without one right.
    config: { ...('productTagKey' in settings ? { '...': 'base' } : { apiKey: NO_KEY }), ...settings },
    event,
    ...(run === undefined ? {} : { answers: run.answers }),
    expect:
      plan === undefined ? failureOf(explanation) : { ...successOf(plan, explanation), ...run?.expected },
  };
  return `${JSON.stringify(fixture, null, 2)}\n`;
}

function successOf({ steps, lanes }: RequestPlan, explanation: Explanation): object {
  const { origin } = new URL(steps[0].request.endpoint);
  const { warnings, notes } = explanation;
  return {
    ...(origin === US ? {} : { origin }),
    requests: steps.map(({ id, request: { method, endpoint, body } }) => [
      id,
      method,
      endpoint.slice(origin.length),
      ...(body === undefined ? [] : [body]),
    ]),
    lanes,
    ...droppedOf(explanation),
    warnings: warnings.map(({ code, field }) => [code, field]),
    ...(notes === undefined ? {} : { notes }),
  };
}

function failureOf(explanation: Explanation): object {
  const { kind, code, issues } = explanation.error!;
  const paths = issues.map(({ path }) => path);
  const where = paths.length === 1 ? { path: paths[0] } : { paths };
  return { error: { kind, code, ...(paths.length === 0 ? {} : where) }, ...droppedOf(explanation) };
}

function droppedOf({ dropped }: Explanation): object {
  return { dropped: dropped.map(({ path, reason, type }) => [path, reason, type]) };
}

interface Run {
  readonly answers: Readonly<Record<string, number>>;
  readonly expected: { readonly path: readonly string[]; readonly outcome: string };
}

/** The run of a plan as fixtures write it. They hold statuses only: none for an answer without a status, or with a page. */
function runOf(plan: RequestPlan, answers: Answers): Run | undefined {
  const statuses: Record<string, number> = {};
  let step = plan.steps[0];
  for (;;) {
    const { status, html } = answerOf(step, answers[step.id] ?? 'ok');
    if (status === undefined || html === true) return undefined;
    statuses[step.id] = status;
    const next = advance(plan, step.id, judge({ status }));
    if (next.to === 'step') {
      step = next.step;
      continue;
    }
    return { answers: statuses, expected: { path: Object.keys(statuses), outcome: outcomeOf(next) } };
  }
}

function outcomeOf(next: Exclude<Advance, { to: 'step' }>): string {
  if (next.to === 'retry') return 'retry';
  if (next.to === 'done') return next.note === undefined ? 'done' : `done, ${next.note}`;
  return `fail ${next.code} of ${next.answerOf}${next.retryable === true ? ', retryable' : ''}`;
}
