import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '../host/random';
import {
  checkEnd,
  explainRepeats,
  fullestSecond,
  sentAgainFigures,
  type Check,
  type DeadLetter,
} from './checks';
import { endText, Sends, startCommand, type End, type RunningCommand } from './command';
import { giveUpAfter } from './patience';
import { startPx, type Px } from './px';
import type { ScenarioReport } from './report';
import type { Scenario } from './scenario';
import { smallDisk, type SmallDisk } from './small-disk';
import { CONFIG, numberOf } from './workload';

/** What happens to the run when so many requests have left. */
interface Blow {
  readonly afterSends: number;
  readonly kind: 'kill' | 'px away' | 'disk full';
}

/** The part of a checkpoint that says which messages are settled; messages have numbers from 1. */
interface Settled {
  readonly upTo: number;
  readonly beyond: readonly (readonly [first: number, last: number])[];
}

const NOTHING_SETTLED: Settled = { upTo: 0, beyond: [] };
/** Each message needs more than one request. */
const SENDS_PER_MESSAGE = 1.2;
/** `deliver`, killed and started again with the same command until it has delivered all. */
export async function deliverScenario(scenario: Scenario): Promise<ScenarioReport> {
  const px = await startPx(scenario.seed);
  const disk = smallDisk();
  try {
    return await run(scenario, px, disk);
  } finally {
    px.stop();
    disk.remove();
  }
}

async function run(scenario: Scenario, px: Px, disk: SmallDisk): Promise<ScenarioReport> {
  const { messages, reference, requestsPerSecond, pxAwayMs } = scenario;
  const file = (name: string): string => path.join(disk.folder, name);
  writeFileSync(file('config.json'), JSON.stringify(CONFIG));
  writeFileSync(file('events.jsonl'), messages.map((message) => `${JSON.stringify(message)}\n`).join(''));
  const command = [
    ...['deliver', file('events.jsonl'), '--config', file('config.json'), '--px-url', px.origin],
    ...['--rejected', file('rejected.jsonl'), '--checkpoint', file('checkpoint.json')],
    ...['--requests-per-second', String(requestsPerSecond), '--max-attempts', '20'],
    ...['--request-timeout', '3000', '--progress', 'none', '--json'],
  ];

  const sends = new Sends();
  const faults: string[] = [];
  /** What the checkpoint said when each life ended before its time. */
  const settledAtEnd: Settled[] = [];
  let running: RunningCommand = startCommand(command, 0, sends);

  /** Starts the same command again when the requests of the ended one are over. */
  const startAgain = async (): Promise<void> => {
    await px.isIdle();
    settledAtEnd.push(readSettled(file('checkpoint.json')));
    running = startCommand(command, settledAtEnd.length, sends);
  };

  for (const { afterSends, kind } of blows(scenario, disk)) {
    await giveUpAfter(Promise.race([sends.reach(afterSends), running.ended]), `${afterSends} requests`);
    if (!running.isRunning()) {
      faults.push(`ended before "${kind}": ${endText(await running.ended)}`);
      break;
    }
    if (kind === 'px away') {
      await px.goAway();
      await sleep(pxAwayMs);
      await px.comeBack();
    } else if (kind === 'kill') {
      await running.end('SIGKILL');
      await startAgain();
    } else {
      disk.fill!();
      const end = await giveUpAfter(running.ended, 'the end after the disk is full');
      if (end.code !== 1 || !/ENOSPC|no space/i.test(end.stdout + end.stderr)) {
        faults.push(`with a full disk it ended so: ${endText(end)}`);
      }
      disk.empty();
      // What was left of the last page of the rejected file was enough for the rest of the work.
      if (!existsSync(file('checkpoint.json'))) break;
      await startAgain();
    }
  }
  const end = await giveUpAfter(running.ended, 'the last run');
  const deadLetters = readRejected(file('rejected.jsonl'));
  const ids = new Set(deadLetters.map(({ messageId }) => messageId));
  if (ids.size < deadLetters.length) faults.push('the rejected file has a message more than once');
  if (end.code !== (deadLetters.length > 0 ? 1 : 0)) faults.push(`the last run ended so: ${endText(end)}`);
  if (existsSync(file('checkpoint.json'))) faults.push('the checkpoint is still there');

  await px.isIdle();
  const state = await px.state();
  const repeats = explainRepeats(state, sends.list, ({ life, eventId }, next) => {
    const settled = settledAtEnd[life];
    const isRecorded = settled === undefined || isSettled(settled, numberOf(eventId!) + 1);
    return isRecorded || next.life === life ? undefined : 'a kill before it was recorded';
  });
  const doubled = Object.values(state.copies).filter((count) => count > 1).length;
  const fullest = fullestSecond(sends.list);
  const summary = readSummary(end);
  const checks: Check[] = [
    { what: 'each run resumes, and the last one ends the work', faults },
    ...checkEnd(state, deadLetters, reference),
    {
      what: 'an event is sent again only after a lost answer, or after a kill before its checkpoint',
      faults: repeats.unexplained,
    },
    {
      what: 'the summary covers all runs, and counts the possible duplicates',
      faults: [
        ...(summary.messages.read === messages.length ? [] : [`it has ${summary.messages.read} messages`]),
        ...(summary.possibleDuplicates >= doubled
          ? []
          : [`it counts ${summary.possibleDuplicates} of ${doubled} events`]),
      ],
    },
    {
      what: `no more than ${requestsPerSecond} requests leave in any second`,
      faults: fullest > requestsPerSecond ? [`${fullest} left`] : [],
    },
  ];
  return {
    name: 'deliver, killed and resumed',
    figures: {
      messages: messages.length,
      'dead letters': deadLetters.length,
      runs: settledAtEnd.length + 1,
      requests: sends.list.length,
      events: Object.keys(state.copies).length,
      'copies of events': repeats.copies,
      'events with a copy': doubled,
      ...sentAgainFigures(repeats),
      'possible duplicates in the summary': summary.possibleDuplicates,
      'most requests that left in a second': fullest,
      'most requests that arrived in a second': state.requests.peakPerSecond,
    },
    checks,
  };
}

/** Kills at random moments; between them PX goes away once and the disk is full once. */
function blows({ seed, messages, kills }: Scenario, disk: SmallDisk): Blow[] {
  const random = seededRandom(seed + 1);
  const moment = (from: number, to: number): number =>
    Math.floor((from + random() * (to - from)) * messages.length * SENDS_PER_MESSAGE);
  const all: Blow[] = Array.from({ length: kills }, () => ({ afterSends: moment(0, 1), kind: 'kill' }));
  all.push({ afterSends: moment(0.2, 0.5), kind: 'px away' });
  if (disk.fill !== undefined) all.push({ afterSends: moment(0.5, 0.8), kind: 'disk full' });
  return all.sort((a, b) => a.afterSends - b.afterSends);
}

function readSettled(file: string): Settled {
  if (!existsSync(file)) return NOTHING_SETTLED;
  // The first line is the format and the checksum.
  const [, content = ''] = readFileSync(file, 'utf8').split('\n');
  return (JSON.parse(content) as { settled: Settled }).settled;
}

const isSettled = ({ upTo, beyond }: Settled, number: number): boolean =>
  number <= upTo || beyond.some(([first, last]) => first <= number && number <= last);

interface Summary {
  readonly messages: { readonly read: number };
  readonly possibleDuplicates: number;
}

function readSummary(end: End): Summary {
  if (end.stdout === '') throw new Error(`the last run prints no summary and ended so: ${endText(end)}`);
  return JSON.parse(end.stdout) as Summary;
}

function readRejected(file: string): DeadLetter[] {
  interface RejectedLine {
    readonly rejected: { readonly code: string; readonly retryable: boolean };
    readonly message: { readonly messageId: string };
  }
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => {
    const { rejected, message } = JSON.parse(line) as RejectedLine;
    return { messageId: message.messageId, code: rejected.code, retryable: rejected.retryable };
  });
}
