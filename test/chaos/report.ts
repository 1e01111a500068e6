import type { Check } from './checks';

/** What a scenario found. */
export interface ScenarioReport {
  readonly name: string;
  readonly figures: Readonly<Record<string, number>>;
  readonly checks: readonly Check[];
}

const FAULTS_SHOWN = 5;

/** Prints a report. @returns whether every check holds */
export function printReport({ name, figures, checks }: ScenarioReport): boolean {
  console.log(`\n${name}`);
  console.table(figures);
  for (const { what, faults } of checks) {
    console.log(`${faults.length === 0 ? 'ok   ' : 'FAULT'} ${what}`);
    for (const fault of faults.slice(0, FAULTS_SHOWN)) console.log(`        ${fault}`);
    if (faults.length > FAULTS_SHOWN) console.log(`        … and ${faults.length - FAULTS_SHOWN} more`);
  }
  return checks.every(({ faults }) => faults.length === 0);
}
