import { KafkaError, type GroupConsumer, type GroupHandlers, type Kafka } from '../../kafka/index.js';
import { createHttpFetch, systemClock } from '../../router/index.js';
import type { ServiceLog } from '../../service/index.js';
import { bestEffort, UsageError, type CommandIo, type StopSignal } from '../io.js';
import type { KafkaOptions, SetupOptions } from '../kafka/kafka-options.js';
import { kafkaOf, orUsageError } from '../kafka/open-kafka.js';
import { deadLetterTopicsOf, setUpTopics } from '../kafka/set-up-topics.js';
import type { SendingLimits } from '../options.js';
import { createLog, type LogLevel } from '../output/service-log.js';
import { loadSettings } from '../settings/load-settings.js';
import type { StopReason } from '../deliver/run/stop.js';
import { ConsumeMetrics } from './consume-metrics.js';
import { DeadLetterTopic } from './dead-letter-topic.js';
import { serveMetrics, type Health, type MetricsServer } from './metrics-server.js';
import { ProblemLog } from './problem-log.js';
import { ConsumeSession } from './session.js';

/** The options of the command, parsed. */
export interface ConsumeOptions extends SendingLimits, KafkaOptions, SetupOptions {
  readonly topic: readonly string[];
  readonly group: string;
  readonly from: 'earliest' | 'latest';
  readonly deadLetters?: string;
  readonly config?: string;
  readonly retryFor: number;
  readonly window: number;
  readonly windowMemory: number;
  readonly sessionTimeout: number;
  readonly metricsPort?: number;
  readonly metricsHost: string;
  readonly logLevel: LogLevel;
  readonly pxUrl?: string;
}

const MEGABYTE = 1024 * 1024;
const LAG_INTERVAL_MS = 10_000;

/**
 * Consumes topics until a signal or a refused key ends it, and sets the exit code in `io`: 1 when anything else than a signal
 * ended it.
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
  const kafka = await kafkaOf(options, io, (warning) => {
    log.warn({}, warning);
  });
  const problems = new ProblemLog(log, systemClock, (operation, code) => {
    metrics.kafkaProblem(operation, code);
  });
  const deadLetterTopic = new DeadLetterTopic(kafka, options.deadLetters, {
    onRetry: (error) => {
      problems.note('dead_letter', error);
    },
  });
  const { concurrency, requestsPerSecond, requestsPerDay, requestTimeout, pxUrl } = options;
  const session = new ConsumeSession({
    config,
    router: {
      concurrency,
      requestsPerSecond,
      requestsPerDay,
      requestTimeoutMs: requestTimeout,
      fetch: createHttpFetch(),
      ...(pxUrl === undefined ? {} : { origin: pxUrl }),
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
  const { worker, stop } = session;
  const metrics = new ConsumeMetrics({
    routerStats: () => session.router.stats(),
    partitions: () => worker.partitions,
    windowMessages: () => worker.messages,
    windowBytes: () => worker.bytes,
    deadLettersWaiting: () => session.deadLetters.waiting,
  });
  const { topic: topics, group, from, sessionTimeout } = options;
  const handlers = handlersOf(session, { log, metrics, problems });
  const timing = groupTiming(sessionTimeout);
  const consumer = kafka.groupConsumer({ topics, group, from, ...timing }, handlers);

  let server: MetricsServer | undefined;
  const signals = listenToSignals(session, io);
  try {
    server = await startServer(options, () => healthOf(session, version), metrics);
    await prepareTopics(kafka, options, log);
    await start(consumer, group);
    log.info({ topics, group, metricsPort: server?.port }, 'consuming');
    const stopLag = followLag(consumer, metrics, problems);
    const reason = await signals.stopped;
    stopLag();
    if (reason === 'interrupted') log.info({}, 'stopping');
    else log.error({ reason: stop.text }, 'stopping');
    await session.end(signals.hurry);
  } finally {
    signals.done();
    await Promise.all([consumer.close(), deadLetterTopic.close(), server?.close()]);
  }
  log.info({}, 'stopped');
  if (stop.reason === 'interrupted') return;
  io.stderr.write(`stopped: ${stop.text}; nothing after the last settled message is committed\n`);
  io.exitCode = 1;
}

async function prepareTopics(kafka: Kafka, options: ConsumeOptions, log: ServiceLog): Promise<void> {
  const needed = { topics: options.topic, deadLetters: options.deadLetters };
  if (options.setup === true) {
    await setUpTopics(kafka, needed, options, (line) => {
      log.info({}, line);
    });
  } else await checkDeadLetterTopics(kafka, deadLetterTopicsOf(needed));
}

/** A dead letter must find its topic, or it holds back its partition. */
async function checkDeadLetterTopics(kafka: Kafka, names: readonly string[]): Promise<void> {
  const admin = kafka.admin();
  try {
    for (const name of names) {
      if ((await orUsageError(() => admin.describeTopic(name))) !== undefined) continue;
      throw new UsageError(
        `the dead-letter topic ${name} does not exist: create it with --setup, or name another with --dead-letters`,
      );
    }
  } finally {
    await admin.close();
  }
}

async function start(consumer: GroupConsumer, group: string): Promise<void> {
  try {
    await consumer.start();
  } catch (error) {
    throw error instanceof KafkaError
      ? new UsageError(`cannot join the group ${group}: ${error.message}`)
      : error;
  }
}

/** A hand-over that takes longer than the session is a lost partition. */
function groupTiming(sessionTimeoutMs: number): {
  sessionTimeoutMs: number;
  heartbeatMs: number;
  handOverMs: number;
} {
  return {
    sessionTimeoutMs,
    heartbeatMs: Math.floor(sessionTimeoutMs / 6),
    handOverMs: Math.floor(sessionTimeoutMs * 0.6),
  };
}

interface Observers {
  readonly log: ServiceLog;
  readonly metrics: ConsumeMetrics;
  readonly problems: ProblemLog;
}

function handlersOf({ worker }: ConsumeSession, { log, metrics, problems }: Observers): GroupHandlers {
  return {
    onAssigned: (partitions) => {
      log.info({ partitions: partitions.length }, 'partitions assigned');
      metrics.assigned();
      worker.onAssigned(partitions);
    },
    onRecords: (partition, records) => worker.onRecords(partition, records),
    onRevoked: async (partitions) => {
      await worker.onRevoked(partitions);
      log.info({ partitions: partitions.length }, 'partitions handed over');
    },
    onLost: (partitions) => {
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

/** Other states than `DOWN` need no restart: the worker tries again by itself. */
function healthOf({ worker, stop, router }: ConsumeSession, version: string | undefined): Health {
  return {
    service: stop.reason === undefined ? 'UP' : 'DOWN',
    ...(version === undefined ? {} : { version }),
    partitions: worker.partitions,
    pausedMs: router.stats().pausedMs,
  };
}

function startServer(
  { metricsHost, metricsPort }: ConsumeOptions,
  health: () => Health,
  metrics: ConsumeMetrics,
): Promise<MetricsServer | undefined> {
  if (metricsPort === undefined) return Promise.resolve(undefined);
  return serveMetrics({ host: metricsHost, port: metricsPort }, health, metrics);
}

/** Reads the lag now and then; the returned function ends that. */
function followLag(consumer: GroupConsumer, metrics: ConsumeMetrics, problems: ProblemLog): () => void {
  let isReading = false;
  const read = async (): Promise<void> => {
    if (isReading) return;
    isReading = true;
    try {
      metrics.lag(await consumer.lag());
    } catch (error) {
      problems.note('lag', error);
    } finally {
      isReading = false;
    }
  };
  void read();
  const timer = setInterval(() => void read(), LAG_INTERVAL_MS);
  return () => {
    clearInterval(timer);
  };
}

interface Signals {
  /** Resolves when the session stops, for whatever reason. */
  readonly stopped: Promise<StopReason>;
  /** Aborted by a second signal: it ends the wait for the requests in flight. */
  readonly hurry: AbortSignal;
  /** Removes the listeners. */
  readonly done: () => void;
}

function listenToSignals({ stop }: ConsumeSession, io: CommandIo): Signals {
  const hurry = new AbortController();
  const names: readonly StopSignal[] = ['SIGINT', 'SIGTERM'];
  const onSignal = (): void => {
    if (stop.reason === undefined) stop.request('interrupted', 'interrupted');
    else hurry.abort();
  };
  for (const name of names) io.on(name, onSignal);
  return {
    stopped: new Promise((resolve) => {
      stop.onStop(resolve);
    }),
    hurry: hurry.signal,
    done: () => {
      for (const name of names) io.off(name, onSignal);
    },
  };
}
