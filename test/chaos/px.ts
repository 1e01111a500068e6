import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RequestCounts, Snapshot } from '../../src/simulator';

export type PxQuestion = 'listen' | 'goAway' | 'state' | 'inFlight';

export interface PxAnswer {
  readonly question: PxQuestion;
  readonly value: unknown;
}

/** What the simulated PX holds and counted. */
export interface PxState {
  readonly snapshot: Snapshot;
  /** How often each event was written, by its `eventId`. */
  readonly copies: Readonly<Record<string, number>>;
  readonly requests: RequestCounts;
}

/** The simulated PX, which fails and delays requests by chance. */
export interface Px {
  readonly origin: string;
  /** Refuses connections until `comeBack`, and keeps its data. */
  goAway(): Promise<void>;
  comeBack(): Promise<void>;
  /** Resolves when no request is in flight: what a killed process has sent is then written, or never will be. */
  isIdle(): Promise<void>;
  state(): Promise<PxState>;
  stop(): void;
}

/** Starts the simulated PX. The same seed gives the same sequence of faults and latencies. */
export async function startPx(seed: number): Promise<Px> {
  const program = path.join(import.meta.dirname, 'px-process.ts');
  const child = fork(program, [String(seed)], { execArgv: ['--import', 'tsx'] });
  let last: Promise<unknown> = Promise.resolve();
  const ask = <Value>(question: PxQuestion): Promise<Value> => {
    // One question at a time, so that the next answer is its own.
    const answered = last.then(async () => {
      child.send(question);
      const [answer] = (await once(child, 'message')) as [PxAnswer];
      return answer.value as Value;
    });
    last = answered;
    return answered;
  };
  return {
    origin: await ask<string>('listen'),
    goAway: () => ask('goAway'),
    comeBack: async () => {
      await ask('listen');
    },
    isIdle: async () => {
      while ((await ask<number>('inFlight')) > 0) await sleep(10);
    },
    state: () => ask('state'),
    stop: () => {
      child.disconnect();
    },
  };
}
