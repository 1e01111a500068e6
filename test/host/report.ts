import type { Job, JobState } from './job';
import type { Rule, Violation } from './violation';

/** The result of one job. */
export interface JobReport {
  readonly eventNumber: number;
  readonly state: JobState;
  readonly code: number;
  readonly error: string;
  readonly attempts: number;
}

/** The result of a run. */
export interface HostReport {
  readonly jobs: readonly JobReport[];
  /**
   * The result of each event. When an event became several jobs, the first one that did not succeed decides.
   */
  readonly events: readonly JobReport[];
  /** The number of events by final state; a state without events is missing. */
  readonly states: Readonly<Partial<Record<JobState, number>>>;
  readonly violations: readonly Violation[];
  /** Whether the host's process has ended. */
  readonly panicked: boolean;
  /** How often the process was killed and started again. */
  readonly restarts: number;
  /** The time from the first event to the end of the last job. */
  readonly durationMs: number;
  readonly transformRequests: number;
  readonly proxyRequests: number;
  /** Requests to the transform routes. */
  readonly lostAnswers: number;
  readonly lostProxyAnswers: number;
}

export function reportOf(job: Job): JobReport {
  const { eventNumber, state, code, error, attemptNum } = job;
  return { eventNumber, state, code, error, attempts: attemptNum };
}

/** One job for each event, in the order of the events. */
export function perEvent(jobs: readonly JobReport[]): JobReport[] {
  const events = new Map<number, JobReport>();
  for (const job of jobs) {
    const other = events.get(job.eventNumber);
    if (other === undefined || other.state === 'Succeeded') events.set(job.eventNumber, job);
  }
  return [...events.values()].sort((a, b) => a.eventNumber - b.eventNumber);
}

export function countStates(jobs: readonly JobReport[]): Partial<Record<JobState, number>> {
  const counts: Partial<Record<JobState, number>> = {};
  for (const { state } of jobs) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}

/** The broken rules, each once. */
export function rulesOf({ violations }: HostReport): Rule[] {
  return [...new Set(violations.map(({ rule }) => rule))];
}
