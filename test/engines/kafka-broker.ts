import { spawnSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { Engine, freePorts, type EngineProcess } from './engine';
import { hasProgram, leaveOut } from './requirements';

/** A single Kafka broker on 127.0.0.1. */
export interface KafkaBroker extends Pick<
  Engine,
  'start' | 'kill' | 'restart' | 'pause' | 'resume' | 'stop'
> {
  /** `host:port`; the same after a restart. */
  readonly bootstrap: string;
  /** Of its data and log; `stop` removes it. */
  readonly folder: string;
}

const POM = path.join(__dirname, 'pom.xml');
const JAVA = process.env.JAVA_HOME === undefined ? 'java' : path.join(process.env.JAVA_HOME, 'bin', 'java');
/** Starts in 3 s, holds 512 MB at most: a test sends little, and several brokers may run at the same time. */
const JVM_OPTIONS = ['-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];

/**
 * Starts Apache Kafka in KRaft mode, with no topic but its own. Topics are not made by use (Kafka's default is that they
 * are), so that a test sees who creates them.
 *
 * @param properties further settings of the broker, which replace those below
 * @returns undefined where there is no JDK 17 or no Maven; a loud line says so
 * @throws Error when they are missing and `GAINSIGHT_PX_ENGINES=required`, and when the broker does not start
 */
export async function startKafka(
  properties: Readonly<Record<string, string | number>> = {},
): Promise<KafkaBroker | undefined> {
  if (!hasProgram(JAVA, '-version')) return leaveOut('Kafka', 'it needs Java (JDK 17)');
  const jars = jarsFolder();
  if (!existsSync(jars)) {
    if (!hasProgram('mvn', '-version')) return leaveOut('Kafka', 'it needs Maven (mvn)');
    fetchJars(jars);
  }

  const folder = mkdtempSync(path.join(tmpdir(), 'gainsight-px-kafka-'));
  const [port, controllerPort] = (await freePorts(2)) as [number, number];
  const settings = path.join(folder, 'server.properties');
  writeFileSync(settings, propertiesText({ ...defaults(folder, port, controllerPort), ...properties }));
  const java = [...JVM_OPTIONS, '-cp', path.join(jars, '*')];
  const format = ['format', '--standalone', '--cluster-id', clusterId(), '--config', settings];
  run(JAVA, [...java, 'kafka.tools.StorageTool', ...format]);

  const options: EngineProcess = {
    name: 'Kafka',
    command: JAVA,
    args: [...java, 'kafka.Kafka', settings],
    folder,
    readyText: 'Kafka Server started',
  };
  return Engine.started(options, { bootstrap: `127.0.0.1:${port}`, folder });
}

function defaults(folder: string, port: number, controllerPort: number): Record<string, string | number> {
  return {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.bootstrap.servers': `127.0.0.1:${controllerPort}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': path.join(folder, 'data'),
    'auto.create.topics.enable': 'false',
    // One broker holds all, and a group begins at once.
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 1,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 1,
    'group.initial.rebalance.delay.ms': 0,
    // A test that kills a worker does not wait for 45 s.
    'group.min.session.timeout.ms': 1000,
    'group.consumer.min.session.timeout.ms': 1000,
    'group.consumer.min.heartbeat.interval.ms': 100,
  };
}

const propertiesText = (properties: Readonly<Record<string, string | number>>): string =>
  Object.entries(properties)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');

/** Kafka writes its ids as the base64url form of a UUID. */
const clusterId = (): string => Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64url');

/** The jars of one pom.xml, outside of the work tree: they are fetched once for each user and version. */
function jarsFolder(): string {
  const cache = process.env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache');
  const digest = createHash('sha256').update(readFileSync(POM)).digest('hex').slice(0, 12);
  return path.join(cache, 'gainsight-px-tests', `kafka-${digest}`);
}

function fetchJars(jars: string): void {
  mkdirSync(path.dirname(jars), { recursive: true });
  // Two test files may fetch at the same time: each has a folder of its own until it is complete.
  const folder = mkdtempSync(`${jars}.`);
  const goal = 'dependency:copy-dependencies';
  run('mvn', ['-q', '-B', '-f', POM, goal, `-DoutputDirectory=${folder}`]);
  try {
    renameSync(folder, jars);
  } catch (error) {
    if (!existsSync(jars)) throw error;
    rmSync(folder, { recursive: true });
  }
}

function run(command: string, args: readonly string[]): void {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}:\n${stdout}${stderr}`);
}
