import {
  advance,
  isDestinationError,
  judge,
  type Advance,
  type DestinationError,
  type Explanation,
  type RequestPlan,
} from '../../src';
import type { ExpectedError, ExpectedPlan, Fixture, RequestLine } from './load-fixtures';

const US = 'https://api.aptrinsic.com';

/** Compares the requests and lanes of the plan with the fixture. */
export function checkPlan(plan: RequestPlan, expected: ExpectedPlan): void {
  if (expected.requests !== undefined) {
    const origin = expected.origin ?? US;
    expect(plan.steps.map(({ id, request }) => [id, request.method, request.endpoint, request.body])).toEqual(
      expected.requests.map(([id, method, path, body]) => [
        id,
        method,
        origin + path,
        body && wholeBody(body, expected.requests!),
      ]),
    );
  }
  if (expected.lanes !== undefined) expect(plan.lanes).toEqual(expected.lanes);
}

/** The body, with `...` replaced by the fields of the named step. */
export function wholeBody(
  body: Readonly<Record<string, unknown>>,
  lines: readonly RequestLine[],
): Record<string, unknown> {
  const { '...': other, ...own } = body;
  if (other === undefined) return own;
  const line = lines.find(([id]) => id === other);
  if (line?.[3] === undefined) throw new Error(`no step "${String(other)}" with a body`);
  return { ...wholeBody(line[3], lines), ...own };
}

export function checkError(error: unknown, { error: expected }: ExpectedError): void {
  if (!isDestinationError(error)) throw error;
  expect({ kind: error.kind, code: error.code }).toEqual({ kind: expected.kind, code: expected.code });
  const paths = expected.path === undefined ? expected.paths : [expected.path];
  if (paths !== undefined) expect(error.issues.map((fault) => fault.path).sort()).toEqual([...paths].sort());
}

/** Runs a plan against the fixture's answers: the steps it takes, and how it ends. */
export function checkRun(plan: RequestPlan, fixture: Fixture, expected: ExpectedPlan): void {
  if (fixture.answers === undefined) return;
  const path: string[] = [];
  let at = plan.steps[0].id;
  for (;;) {
    path.push(at);
    const status = fixture.answers[at];
    if (status === undefined) throw new Error(`${fixture.name} has no answer for ${at}`);
    const next = advance(plan, at, judge({ status }));
    if (next.to === 'step') {
      at = next.step.id;
      continue;
    }
    expect({ path, outcome: endOf(next) }).toEqual({ path: expected.path, outcome: expected.outcome });
    return;
  }
}

/** How a plan ends, as fixtures write it. */
export function endOf(next: Exclude<Advance, { to: 'step' }>): string {
  if (next.to === 'retry') return 'retry';
  if (next.to === 'done') return next.note === undefined ? 'done' : `done, ${next.note}`;
  return `fail ${next.code} of ${next.answerOf}${next.retryable === true ? ', retryable' : ''}`;
}

/** Compares origins, dropped values and warnings with the fixture. */
export function checkExplanation(explanation: Explanation, expected: ExpectedPlan | ExpectedError): void {
  if (expected.dropped !== undefined) {
    const dropped = explanation.dropped.map(({ path, reason, type }) => [path, reason, type]);
    expect(sorted(dropped)).toEqual(sorted(expected.dropped));
  }
  if ('error' in expected) return;
  if (expected.warnings !== undefined) {
    expect(explanation.warnings.map(({ code, field }) => [code, field])).toEqual(expected.warnings);
  }
  if (expected.notes !== undefined) expect(explanation.notes ?? []).toEqual(expected.notes);
  for (const [field, origin] of Object.entries(expected.from ?? {})) {
    const origins = explanation.fields
      .filter(({ object, to }) => `${object} ${to}` === field)
      .map(({ from }) => from);
    expect([field, [...new Set(origins)]]).toEqual([field, [origin]]);
  }
}

/**
 * The fields that `explain` names are those of the requests, each with an origin: all of them, and no others.
 */
export function checkFields({ fields }: Explanation, plan: RequestPlan): void {
  for (const { from, steps } of fields) {
    expect(from).not.toBe('');
    expect(plan.steps.map(({ id }) => id)).toEqual(expect.arrayContaining([...steps]));
  }
  for (const { id, request } of plan.steps) {
    const body = request.body ?? {};
    const explained = fields
      .filter(({ steps }) => steps.includes(id))
      // An id in the path is a field of the request, too.
      .filter(({ to }) => to in body || (to !== 'identifyId' && to !== 'id'))
      .map(({ to, value }): [string, unknown] => [to, value]);
    const sent = leavesOf(body);
    expect(explained.sort(byName)).toEqual(sent.sort(byName));
  }
}

const byName = ([a]: [string, unknown], [b]: [string, unknown]): number => (a < b ? -1 : a > b ? 1 : 0);

/** The single values of a body by dotted path; a list is one value, and so is an object without keys. */
function leavesOf(value: unknown, path = ''): [string, unknown][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [[path, value]];
  if (Object.keys(value).length === 0) return [[path, value]];
  return Object.entries(value).flatMap(([key, inner]) =>
    leavesOf(inner, path === '' ? key : `${path}.${key}`),
  );
}

function sorted(lines: readonly (readonly string[])[]): string[] {
  return lines.map((line) => line.join(' | ')).sort();
}

/** The error that was thrown, or undefined. */
export function thrownBy(run: () => unknown): DestinationError | undefined {
  try {
    run();
  } catch (error) {
    if (isDestinationError(error)) return error;
    throw error;
  }
  return undefined;
}
