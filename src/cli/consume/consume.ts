import { KafkaError, type GroupConsumer, type GroupHandlers, type Kafka } from '../../kafka/index.js';
import type { SharedThroughRedis } from '../../redis/index.js';
import { createHttpFetch, systemClock, type QuotaWarning, type RouterOptions } from '../../router/index.js';
import type { ServiceLog } from '../../service/index.js';
import { bestEffort, UsageError, type CommandIo } from '../io.js';
import { kafkaOf, orUsageError } from '../kafka/open-kafka.js';
import { deadLetterTopicsOf, setUpTopics } from '../kafka/set-up-topics.js';
import { createLog } from '../output/service-log.js';
import { loadSettings } from '../settings/load-settings.js';
import { openSharedLimits, sharedRouterOptions } from '../settings/shared-limits.js';
import { ConsumeMetrics } from './consume-metrics.js';
import { DeadLetterTopic } from './dead-letter-topic.js';
import { LagReader } from './lag-reader.js';
import { serveMetrics, type Health } from './metrics-server.js';
import type { ConsumeOptions } from './options.js';
import { OutageState } from './outage-state.js';
import { ProblemLog } from './problem-log.js';
import { ConsumeSession } from './session.js';
import { listenToSignals } from './signals.js';

const MEGABYTE = 1024 * 1024;

/**
 * Consumes topics until a signal, a refused key or a used-up quota ends it, and sets the exit code in `io`: 1 when anything
 * else than a signal ended it.
 *
 * @throws UsageError, ConfigurationError before anything is read
 */
export async function consume(
  options: ConsumeOptions,
  version: string | undefined,
  io: CommandIo,
): Promise<void> {
  const config = loadSettings(options, io.env);
  const log = createLog(options.logLevel, bestEffort(io.stdout));
  const kafka = await openTopics(options, log, io);
  const onQuota = (warning: QuotaWarning): void => {
    log.warn(warning, 'the requests of the last 24 hours approach --requests-per-day');
  };
  const shared = await openSharedLimits(options, io.env, {
    onQuota,
    onChange: ({ isConnected, text }) => {
      log[isConnected ? 'info' : 'warn']({}, text);
    },
  });
  const outage = new OutageState(log);
  const problems = new ProblemLog(log, systemClock, (operation, code) => {
    metrics.kafkaProblem(operation, code);
  });
  const deadLetterTopic = new DeadLetterTopic(kafka, options.deadLetters, {
    onRetry: (error) => {
      problems.note('dead_letter', error);
    },
  });
  const session = new ConsumeSession({
    config,
    router: {
      ...routerOptions(options, shared),
      onQuota,
      outage: { retryForMs: Infinity, onChange: outage.note },
    },
    retryForMs: options.retryFor,
    limits: { messages: options.window, bytes: options.windowMemory * MEGABYTE },
    commit: (positions) => consumer.commit(positions),
    sendDeadLetter: (letter) => deadLetterTopic.send(letter),
    observer: {
      message: (type, outcome, code) => {
        metrics.message(type, outcome, code);
      },
      request: (record) => {
        metrics.pxRequest(record);
      },
      commitFailed: (error) => {
        problems.note('commit', error);
      },
      deadLetterFailed: (error) => {
        problems.note('dead_letter', error);
      },
    },
  });
  const metrics = new ConsumeMetrics({ session, outage, shared });
  const lag = new LagReader({
    consumer: () => consumer,
    onLag: (partitions) => {
      metrics.lag(partitions);
    },
    onFailure: (error) => {
      problems.note('lag', error);
    },
  });
  const consumer = kafka.groupConsumer(
    groupOptions(options),
    groupHandlers(session, { log, metrics, problems, lag }),
  );

  const signals = listenToSignals(session.stop, io);
  const health = (): Health => healthOf(session, outage, version);
  const server = await serveMetrics(options, health, metrics);
  try {
    await join(consumer, options.group);
    log.info({ topics: options.topic, group: options.group, metricsPort: server?.port }, 'consuming');
    const reason = await session.stop.requested;
    lag.stop();
    if (reason === 'interrupted') log.info({}, 'stopping');
    else log.error({ reason: session.stop.text }, 'stopping');
    await session.end(signals.hurry);
  } finally {
    lag.stop();
    await Promise.all([consumer.close(), deadLetterTopic.close(), server?.close()]);
    await shared?.close();
    signals.done();
  }
  log.info({}, 'stopped');
  if (session.stop.reason === 'interrupted') return;
  io.stderr.write(`stopped: ${session.stop.text}; what is not settled is not committed\n`);
  io.exitCode = 1;
}

/** Opens Kafka, and sees that a dead letter will find its topic: otherwise it would hold back its partition. */
async function openTopics(options: ConsumeOptions, log: ServiceLog, io: CommandIo): Promise<Kafka> {
  const needed = { topics: options.topic, deadLetters: options.deadLetters };
  const kafka = await kafkaOf(options, io, (warning) => {
    log.warn({}, warning);
  });
  if (options.setup === true) {
    await setUpTopics(kafka, needed, options, (line) => {
      log.info({}, line);
    });
    return kafka;
  }
  const admin = kafka.admin();
  try {
    for (const topic of deadLetterTopicsOf(needed)) {
      if ((await orUsageError(() => admin.describeTopic(topic))) !== undefined) continue;
      const advice = 'create it with --setup, or name another with --dead-letters';
      throw new UsageError(`the dead-letter topic ${topic} does not exist: ${advice}`);
    }
  } finally {
    await admin.close();
  }
  return kafka;
}

function routerOptions(options: ConsumeOptions, shared: SharedThroughRedis | undefined): RouterOptions {
  const { concurrency, requestsPerSecond, requestsPerDay, requestTimeout, pxUrl } = options;
  return {
    concurrency,
    requestsPerSecond,
    requestsPerDay,
    requestTimeoutMs: requestTimeout,
    fetch: createHttpFetch(),
    onQuotaUsedUp: options.onQuota === 'wait' ? 'wait' : 'fail',
    ...(pxUrl === undefined ? {} : { origin: pxUrl }),
    ...sharedRouterOptions(shared, options.skipUnchanged),
  };
}

async function join(consumer: GroupConsumer, group: string): Promise<void> {
  try {
    await consumer.start();
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error;
    throw new UsageError(`cannot join the group ${group}: ${error.message}`);
  }
}

/** A hand-over that takes longer than the session is a lost partition. */
function groupOptions({ topic: topics, group, from, sessionTimeout }: ConsumeOptions) {
  return {
    topics,
    group,
    from,
    sessionTimeoutMs: sessionTimeout,
    heartbeatMs: Math.floor(sessionTimeout / 6),
    handOverMs: Math.floor(sessionTimeout * 0.6),
  };
}

interface Observers {
  readonly log: ServiceLog;
  readonly metrics: ConsumeMetrics;
  readonly problems: ProblemLog;
  readonly lag: LagReader;
}

function groupHandlers(
  { worker }: ConsumeSession,
  { log, metrics, problems, lag }: Observers,
): GroupHandlers {
  const drop = (): void => {
    lag.stop();
    metrics.lag([]);
  };
  return {
    onAssigned: (partitions) => {
      log.info({ partitions: partitions.length }, 'partitions assigned');
      metrics.assigned();
      worker.onAssigned(partitions);
      lag.start();
    },
    onRecords: (partition, records) => worker.onRecords(partition, records),
    onRevoked: async (partitions) => {
      drop();
      await worker.onRevoked(partitions);
      log.info({ partitions: partitions.length }, 'partitions handed over');
    },
    onLost: (partitions) => {
      drop();
      worker.onLost(partitions);
      log.warn(
        { partitions: partitions.length },
        'partitions lost: what is not committed is delivered again',
      );
    },
    onProblem: (error) => {
      problems.note('group', error);
    },
  };
}

/** A worker that waits for PX or for Kafka is `UP`: a restart would not help. */
function healthOf(
  { worker, stop }: ConsumeSession,
  outage: OutageState,
  version: string | undefined,
): Health {
  return {
    service: stop.reason === undefined ? 'UP' : 'DOWN',
    ...(version === undefined ? {} : { version }),
    partitions: worker.partitions,
    px: outage.isAway ? 'away' : 'answers',
    ...(outage.isAway ? { nextTryMs: outage.nextTryMs } : {}),
  };
}
