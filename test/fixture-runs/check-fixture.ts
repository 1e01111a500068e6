import { compile, explain, process, type DestinationConfig } from '../../src';
import {
  checkError,
  checkExplanation,
  checkFields,
  checkPlan,
  checkRun,
  thrownBy,
} from './check-expectation';
import { checkEffectsAndObjects } from './effect-and-object';
import { expectsError, type Fixture } from './load-fixtures';

const configOf = (fixture: Fixture) => fixture.config as unknown as DestinationConfig;

/** Runs a fixture through the library, in every way that it has. */
export function checkFixture(fixture: Fixture): void {
  const { expect: expected, event } = fixture;
  if (expectsError(expected)) {
    checkError(
      thrownBy(() => process(event, configOf(fixture))),
      expected,
    );
    checkError(
      thrownBy(() => compile(configOf(fixture)).process(event)),
      expected,
    );
    const explanation = explain(event, configOf(fixture));
    expect(explanation.plan).toBeUndefined();
    checkError(explanation.error, expected);
    checkExplanation(explanation, expected);
    return;
  }

  const plan = process(event, configOf(fixture));
  checkPlan(plan, expected);
  checkEffectsAndObjects(plan.steps);
  checkRun(plan, fixture, expected);
  const compiled = compile(configOf(fixture));
  expect(compiled.process(event)).toEqual(plan);
  for (const explanation of [explain(event, configOf(fixture)), compiled.explain(event)]) {
    expect(explanation.error).toBeUndefined();
    expect(explanation.plan).toEqual(plan);
    checkFields(explanation, plan);
    checkExplanation(explanation, expected);
  }
}
