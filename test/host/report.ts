import type { Job, JobState } from './job';
import type { Rule, Violation } from './violation';

/** What became of one job. */
export interface JobReport {
  readonly eventNumber: number;
  readonly state: JobState;
  readonly code: number;
  readonly error: string;
  readonly attempts: number;
}

/** What became of a run. */
export interface HostReport {
  readonly jobs: readonly JobReport[];
  /** How many jobs ended how; states of none are missing. */
  readonly states: Readonly<Partial<Record<JobState, number>>>;
  readonly violations: readonly Violation[];
  /** Whether the host's process has ended. */
  readonly panicked: boolean;
  readonly transformRequests: number;
  readonly proxyRequests: number;
  readonly lostAnswers: number;
}

export function reportOf(job: Job): JobReport {
  const { eventNumber, state, code, error, attemptNum } = job;
  return { eventNumber, state, code, error, attempts: attemptNum };
}

export function countStates(jobs: readonly JobReport[]): Partial<Record<JobState, number>> {
  const counts: Partial<Record<JobState, number>> = {};
  for (const { state } of jobs) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}

/** The rules that were broken, each once. */
export function rulesOf({ violations }: HostReport): Rule[] {
  return [...new Set(violations.map(({ rule }) => rule))];
}
