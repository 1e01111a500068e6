import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startKafka, type KafkaBroker } from '../engines/kafka-broker';
import { startRedis, type RedisServer } from '../engines/redis-server';
import { seededRandom } from '../host/random';
import { checkEnd, explainRepeats, fullestSecond, sentAgainFigures, type DeadLetter } from './checks';
import { endText, Sends } from './command';
import { openGroupView, type GroupView, type Recorded } from './group-view';
import { giveUpAfter } from './patience';
import { startPx, type Px } from './px';
import type { ScenarioReport } from './report';
import type { Scenario } from './scenario';
import { Workers } from './workers';
import { CONFIG } from './workload';

const TOPIC = 'events';
const DEAD_LETTERS = `${TOPIC}.dead-letters`;
const GROUP = 'chaos';
const WORKERS = 4;
const PARTITIONS = 8;
const SENDS_PER_MESSAGE = 1.2;
const KILL_EVERY_MS = 2000;
const REDIS_AWAY_MS = 5000;
const POLL_MS = 250;

/** A worker that was killed, and what its group had recorded then. */
interface Kill {
  readonly atMs: number;
  readonly isRecorded: Recorded;
}

/**
 * Four workers of `consume`, one killed every two seconds and started again. The next kill waits until the group works again:
 * it notices a dead worker only after its session timeout, and a kill before would hit a worker that waits.
 */
export function consumeScenario(scenario: Scenario): Promise<ScenarioReport | undefined> {
  return startAndRun({ ...scenario, isRedisAway: false });
}

/**
 * The same, and Redis is away for five seconds. Meanwhile nobody knows which value of an account is the newest, and afterwards all start to learn it
 * anew: so accounts may keep an older value, and the report counts them.
 */
export function consumeWithoutRedisScenario(scenario: Scenario): Promise<ScenarioReport | undefined> {
  return startAndRun({ ...scenario, isRedisAway: true });
}

type ConsumeScenario = Scenario & { readonly isRedisAway: boolean };

async function startAndRun(scenario: ConsumeScenario): Promise<ScenarioReport | undefined> {
  const kafka = await startKafka();
  const redis = await startRedis();
  if (kafka === undefined || redis === undefined) {
    await Promise.all([kafka?.stop(), redis?.stop()]);
    return undefined;
  }
  const px = await startPx(scenario.seed);
  const view = await openGroupView(kafka.bootstrap, GROUP);
  const folder = mkdtempSync(path.join(tmpdir(), 'gainsight-px-chaos-'));
  try {
    return await run(scenario, { kafka, redis, px, view, folder });
  } finally {
    px.stop();
    await view.close();
    await Promise.all([kafka.stop(), redis.stop()]);
    rmSync(folder, { recursive: true });
  }
}

interface Engines {
  readonly kafka: KafkaBroker;
  readonly redis: RedisServer;
  readonly px: Px;
  readonly view: GroupView;
  readonly folder: string;
}

async function run(scenario: ConsumeScenario, engines: Engines): Promise<ScenarioReport> {
  const { messages, reference, requestsPerSecond, isRedisAway } = scenario;
  const { px, view, folder, kafka, redis } = engines;
  const config = path.join(folder, 'config.json');
  writeFileSync(config, JSON.stringify(CONFIG));
  await view.createTopic(TOPIC, PARTITIONS);
  await view.createTopic(DEAD_LETTERS, 1);
  await view.write(
    messages.map((message) => ({ topic: TOPIC, key: message.userId, value: JSON.stringify(message) })),
  );

  const sends = new Sends();
  const command = [
    ...['consume', '--brokers', kafka.bootstrap, '--topic', TOPIC, '--group', GROUP],
    ...['--config', config, '--px-url', px.origin, '--request-timeout', '3000'],
    ...['--requests-per-second', String(requestsPerSecond), '--session-timeout', '6s'],
    ...['--redis', redis.url, '--skip-unchanged', '1h', '--log-level', 'warn'],
  ];
  const workers = new Workers(command, sends, WORKERS);
  const kills = await Promise.race([killWorkers(scenario, engines, { sends, workers }), workers.failure]);
  await giveUpAfter(Promise.race([untilDone(view), workers.failure]), 'the group to commit everything');
  const ends = await workers.stop();
  await px.isIdle();

  const state = await px.state();
  const deadLetters = await readDeadLetters(view);
  const offsets = new Map<string, { partition: number; offset: bigint }>();
  for (const { partition, offset, value } of await view.readAll(TOPIC)) {
    const { messageId } = JSON.parse(value!.toString()) as { messageId: string };
    offsets.set(messageId, { partition, offset });
  }
  const repeats = explainRepeats(state, sends.list, (send, next) => {
    const kill = kills.get(send.life);
    const { partition, offset } = offsets.get(send.eventId!)!;
    if (kill === undefined || kill.atMs > next.leftMs) return 'a hand-over';
    return kill.isRecorded(partition, offset) ? undefined : 'a kill before it was recorded';
  });
  const fullest = fullestSecond(sends.list);
  const end = checkEnd(state, deadLetters, reference);
  const accounts = end.find(({ what }) => what.includes('accounts'))!;
  const gaveUp = new Set(deadLetters.map(({ messageId }) => messageId));
  return {
    name: `consume: four workers, one after another killed${isRedisAway ? '; Redis is away for 5 s' : ''}`,
    figures: {
      messages: messages.length,
      'dead letters': gaveUp.size,
      'dead letters written more than once': deadLetters.length - gaveUp.size,
      kills: kills.size,
      'workers that began while the broker was away': workers.startedInVain,
      requests: sends.list.length,
      events: Object.keys(state.copies).length,
      'copies of events': repeats.copies,
      ...(isRedisAway ? { 'accounts with an older value': accounts.faults.length } : {}),
      ...sentAgainFigures(repeats),
      'most requests that left in a second': fullest,
      'most requests that arrived in a second': state.requests.peakPerSecond,
    },
    checks: [
      {
        what: 'each worker ends cleanly',
        faults: ends.filter(({ code }) => code !== 0).map(endText),
      },
      ...end.filter((check) => check !== accounts || !isRedisAway),
      {
        what: 'an event is sent again only after a lost answer, a kill before its commit, or a hand-over',
        faults: repeats.unexplained,
      },
      {
        what: `no more than ${requestsPerSecond} requests of all workers leave in any second`,
        faults: fullest > requestsPerSecond ? [`${fullest} left`] : [],
      },
    ],
  };
}

interface Group {
  readonly sends: Sends;
  readonly workers: Workers;
}

/** Kills workers; once the broker restarts, and once Redis is away. @returns the kills by process */
async function killWorkers(
  { seed, messages, kills: count, isRedisAway }: ConsumeScenario,
  { kafka, redis, view }: Engines,
  { sends, workers }: Group,
): Promise<ReadonlyMap<number, Kill>> {
  const random = seededRandom(seed + 2);
  const below = (limit: number): number => Math.floor(random() * limit);
  const kills = new Map<number, Kill>();
  const between = Math.floor((messages.length * SENDS_PER_MESSAGE) / (count + 2));
  const brokerAfter = below(count);
  const redisAfter = isRedisAway ? below(count) : -1;
  for (let index = 0; index < count; index += 1) {
    await giveUpAfter(Promise.all([sends.more(between), sleep(KILL_EVERY_MS)]), 'work of the group');
    const place = below(workers.count);
    const life = await workers.kill(place);
    const atMs = Number(process.hrtime.bigint()) / 1e6;
    kills.set(life, { atMs, isRecorded: await view.recorded(TOPIC) });
    if (index === brokerAfter) await kafka.restart();
    workers.start(place);
    if (index === redisAfter) {
      await redis.kill();
      await sleep(REDIS_AWAY_MS);
      await redis.start();
    }
  }
  return kills;
}

async function untilDone(view: GroupView): Promise<void> {
  while (!(await view.isDone(TOPIC))) await sleep(POLL_MS);
}

async function readDeadLetters(view: GroupView): Promise<DeadLetter[]> {
  return (await view.readAll(DEAD_LETTERS)).map(({ value, headers }) => ({
    messageId: (JSON.parse(value!.toString()) as { messageId: string }).messageId,
    code: headers.get('gainsight-px-code')!,
    retryable: headers.get('gainsight-px-retryable') === 'true',
  }));
}
