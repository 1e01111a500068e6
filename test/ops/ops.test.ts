import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import { parse as parseYaml } from 'yaml';
import { ClusterMetrics } from '../../src/metrics';
import { registerServe } from '../../src/cli/serve/command';
import type { CommandIo } from '../../src/cli/io';
import { ConsumeMetrics } from '../../src/cli/consume/consume-metrics';
import type { MessageOutcome } from '../../src/cli/consume/outcomes';
import { createRouter } from '../../src/router';
import { createService } from '../../src/service';
import type { EventOutcome } from '../../src/service/observe/outcome-names';
import { parseDockerfile, type Instruction } from './dockerfile';
import { groupingLabelsOf, selectorsOf } from './promql';

/** Compares the files that run and monitor the service with the service itself. */
const root = path.resolve(__dirname, '../..');
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const manifest = JSON.parse(read('package.json')) as {
  bin: Record<string, string>;
  engines: { node: string };
  scripts: Record<string, string>;
};

const serve = serveCommand();
const PORT = Number(defaultOf('--port'));

function serveCommand(): Command {
  const program = new Command();
  registerServe(program, {} as CommandIo);
  return program.commands.find((command) => command.name() === 'serve')!;
}

function defaultOf(flag: string): unknown {
  return serve.options.find(({ long }) => long === flag)!.defaultValue;
}

describe('queries', () => {
  interface Panel {
    readonly title: string;
    readonly type: string;
    readonly targets?: readonly { readonly expr?: string }[];
  }
  interface Dashboard {
    readonly panels: readonly Panel[];
    readonly templating: { readonly list: readonly { readonly type: string; readonly query: unknown }[] };
  }
  interface Rule {
    readonly alert: string;
    readonly expr: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  }

  const dashboard = JSON.parse(read('ops/grafana-dashboard.json')) as Dashboard;
  const rules = (parseYaml(read('ops/alerts.yml')) as { groups: { rules: Rule[] }[] }).groups.flatMap(
    (group) => group.rules,
  );
  const panels = dashboard.panels.filter(({ type }) => type !== 'row');

  /** Prometheus's own labels, on every series that it scrapes. */
  const SCRAPED = ['job', 'instance'];
  const OUTCOMES = Object.keys({
    delivered: 0,
    handedOver: 0,
    filtered: 0,
    dropped: 0,
    retry: 0,
    deadLetter: 0,
  } satisfies Record<EventOutcome | MessageOutcome, 0>);

  /** Names of series, each with its labels, from the scrape of a service that has served something. */
  let exposed: Map<string, Set<string>>;

  beforeAll(async () => {
    exposed = readSeries((await scrape()) + (await scrapeConsumer()));
    // Prometheus adds these.
    exposed.set('up', new Set());
  });

  /** The problems of a query. */
  function faultsOf(expression: string): string[] {
    const selectors = selectorsOf(expression);
    const known = new Set(SCRAPED);
    const issues = selectors.length === 0 ? ['names no metric'] : [];
    for (const { metric, matchers } of selectors) {
      const labels = exposed.get(metric);
      if (labels === undefined) issues.push(`no metric ${metric}`);
      for (const label of labels ?? []) known.add(label);
      for (const { label, values } of matchers) {
        if (labels?.has(label) !== true && !SCRAPED.includes(label)) issues.push(`${metric} has no ${label}`);
        if (label === 'outcome') {
          issues.push(
            ...values.filter((value) => !OUTCOMES.includes(value)).map((value) => `no outcome ${value}`),
          );
        }
      }
    }
    const strangers = groupingLabelsOf(expression).filter((label) => !known.has(label));
    return [...issues, ...strangers.map((label) => `no series has ${label}`)];
  }

  test('a query with a wrong metric, label or outcome is found', () => {
    expect(faultsOf('sum(rate(gainsight_px_event_total[5m])) > 1')).toEqual([
      'no metric gainsight_px_event_total',
    ]);
    expect(
      faultsOf('sum by (kind) (gainsight_px_events_total{status="200", outcome=~"retry|lost"})'),
    ).toEqual(['gainsight_px_events_total has no status', 'no outcome lost', 'no series has kind']);
    expect(faultsOf('vector(1)')).toEqual(['names no metric']);
  });

  test('every panel has a title and queries, and names only what the service exposes', () => {
    expect(panels.length).toBeGreaterThan(10);
    for (const { title, targets = [] } of panels) {
      expect(title).toMatch(/\S/);
      expect({ title, queries: targets.length }).not.toEqual({ title, queries: 0 });
      for (const { expr = '' } of targets)
        expect({ title, issues: faultsOf(expr) }).toEqual({ title, issues: [] });
    }
  });

  test('the variables of the dashboard exist, and name only what the service exposes', () => {
    const texts = dashboard.templating.list
      .filter(({ type }) => type === 'query')
      .map(({ query }) => (query as { query: string }).query);
    for (const text of texts) {
      const [, selector, label] = /^label_values\((.*), (\w+)\)$/.exec(text)!;
      expect({ text, issues: faultsOf(selector!) }).toEqual({ text, issues: [] });
      expect(SCRAPED).toContain(label);
    }
    const names = new Set(dashboard.templating.list.map((variable) => (variable as { name?: string }).name));
    const used = [...JSON.stringify(panels).matchAll(/\$\{?([a-z]\w*)/g)].map(([, name]) => name!);
    expect(new Set(used)).toEqual(names);
  });

  test('no two panels overlap', () => {
    const cells = dashboard.panels.flatMap((panel) => {
      const { x, y, w, h } = (panel as { gridPos?: Record<'x' | 'y' | 'w' | 'h', number> }).gridPos!;
      return Array.from({ length: w * h }, (_, index) => `${x + (index % w)},${y + Math.floor(index / w)}`);
    });
    expect(new Set(cells).size).toBe(cells.length);
  });

  test('every alert has a description and a severity, and names only what the service exposes', () => {
    expect(rules.length).toBeGreaterThan(5);
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
    for (const { alert, expr, labels, annotations } of rules) {
      expect({ alert, issues: faultsOf(expr) }).toEqual({ alert, issues: [] });
      expect(labels['severity']).toMatch(/^(critical|warning|info)$/);
      expect(annotations).toEqual({
        summary: expect.stringMatching(/\S/) as string,
        description: expect.stringMatching(/\S/) as string,
      });
    }
  });

  test('every metric of the service is on the dashboard', () => {
    const shown = panels
      .flatMap(({ targets = [] }) => targets.flatMap(({ expr = '' }) => selectorsOf(expr)))
      .map(({ metric }) => metric);
    const own = [...exposed.keys()].filter((name) => /^gainsight_px_.*(?<!_sum|_count)$/.test(name));
    expect(own.length).toBeGreaterThan(5);
    expect(own.filter((name) => !shown.includes(name))).toEqual([]);
  });
});

describe('Dockerfile', () => {
  const instructions = parseDockerfile(read('Dockerfile'));
  const lastStage = instructions.slice(instructions.findLastIndex(({ name }) => name === 'FROM'));
  const all = (name: string, of: readonly Instruction[] = instructions): string[] =>
    of.filter((instruction) => instruction.name === name).map(({ text }) => text);
  const command = JSON.parse(all('CMD', lastStage).at(-1)!) as string[];

  test('its images are pinned to the oldest Node that the package supports', () => {
    const [, major] = /^>=(\d+)(?:\.\d+)*$/.exec(manifest.engines.node)!;
    expect(all('FROM').length).toBeGreaterThan(1);
    for (const from of all('FROM'))
      expect(from).toMatch(new RegExp(`^node:${major}(\\.\\d+)*-(alpine|slim)`));
  });

  test('it starts the command of the package, on all addresses', () => {
    const [node, file, name, ...args] = command;
    expect([node, `./${file!}`, name]).toEqual([
      'node',
      `./${manifest.bin['gainsight-px']!.replace(/^\.\//, '')}`,
      'serve',
    ]);
    const parsed = serve.parseOptions(args);
    expect([...parsed.operands, ...parsed.unknown]).toEqual([]);
    expect(serve.getOptionValue('host')).toBe('0.0.0.0');
  });

  test('its port and health check are those of the service', async () => {
    expect(command).not.toContain('--port');
    expect(all('EXPOSE', lastStage)).toEqual([String(PORT)]);
    const [, port, route] = /http:\/\/127\.0\.0\.1:(\d+)(\/\S*)/.exec(all('HEALTHCHECK', lastStage).at(-1)!)!;
    expect(Number(port)).toBe(PORT);
    const service = createService();
    expect((await service.inject({ method: 'GET', url: route! })).statusCode).toBe(200);
    await service.close();
  });

  test('it does not run as root', () => {
    const user = all('USER', lastStage).at(-1);
    expect(user).toMatch(/^[1-9]\d*(:[1-9]\d*)?$/);
  });

  test('it installs what the lock file says, builds, and leaves out what only development needs', () => {
    const runs = all('RUN').join('\n');
    expect(runs).toMatch(/npm ci\b/);
    const [, script] = /npm run (\S+)/.exec(runs)!;
    expect(Object.keys(manifest.scripts)).toContain(script);
    expect(runs).toMatch(/npm prune --omit=dev\b/);
  });

  test('it copies only files that exist in the build context, and no secret', () => {
    const copied = all('COPY')
      .filter((text) => !text.startsWith('--from='))
      .flatMap((text) => text.split(/\s+/).slice(0, -1));
    expect(copied.length).toBeGreaterThan(3);
    for (const source of copied)
      expect([source, existsSync(path.join(root, source))]).toEqual([source, true]);

    const context = read('.dockerignore')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    expect(context[0]).toBe('*');
    expect(new Set(context.slice(1))).toEqual(new Set(copied.map((source) => `!${source}`)));

    expect([...all('ADD'), ...all('ARG')]).toEqual([]);
    expect(all('ENV').join('\n')).not.toMatch(/key|token|secret|password/i);
  });
});

describe('compose.yaml', () => {
  interface Service {
    readonly build?: string;
    readonly image: string;
    readonly ports?: readonly string[];
    readonly volumes?: readonly string[];
    readonly environment?: unknown;
    readonly stop_grace_period?: string;
    readonly command?: readonly string[];
  }
  const { services } = parseYaml(read('compose.yaml'), { merge: true }) as {
    services: Record<string, Service>;
  };
  const replicas = Object.entries(services).filter(([, { build }]) => build !== undefined);
  const others = Object.values(services).filter(({ build }) => build === undefined);

  test('its images are pinned', () => {
    for (const { image } of Object.values(services))
      expect(image).toMatch(/^[a-z0-9/.-]+:\d+(\.\d+)*(-[a-z]+)?$/);
  });

  test('nothing in it can write files or gain privileges, the proxy included', () => {
    expect(Object.keys(services).length).toBe(3);
    for (const service of Object.values(services)) {
      expect(service).toMatchObject({
        read_only: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
      });
      expect(service).not.toHaveProperty('privileged');
      expect(service).not.toHaveProperty('cap_add');
    }
  });

  test('two replicas have enough time for their shutdown', () => {
    expect(replicas.length).toBe(2);
    for (const [, { stop_grace_period: time, environment }] of replicas) {
      const needed = Number(defaultOf('--grace-ms')) + Number(defaultOf('--drain-ms'));
      expect(Number(/^(\d+)s$/.exec(time!)![1]) * 1_000).toBeGreaterThan(needed);
      expect(environment).toBeUndefined();
    }
  });

  test('each replica has its share of the rate limit of PX, and starts as the image does', () => {
    const [, image] = /CMD \[(.*)\]/.exec(read('Dockerfile').split('\n').at(-2)!)!;
    for (const [, { command = [] }] of replicas) {
      expect(JSON.stringify(command).replaceAll(',', ', ')).toContain(image);
      const at = command.indexOf('--requests-per-second');
      expect(Number(command[at + 1]) * replicas.length).toBe(defaultOf('--requests-per-second'));
    }
  });

  test('only the proxy is reachable from outside, and it forwards to the service', () => {
    expect(replicas.flatMap(([, { ports = [] }]) => ports)).toEqual([]);
    // Only from this machine, because the service has no authentication.
    expect(others.map(({ ports }) => ports)).toEqual([[`127.0.0.1:${PORT}:${PORT}`]]);

    const file = others[0]!.volumes![0]!.split(':')[0]!;
    const proxy = read(file);
    const servers = [...proxy.matchAll(/^ *server (\S+) (\S+)$/gm)].map(([, name, address]) => [
      name,
      address,
    ]);
    expect(servers).toEqual(replicas.map(([name]) => [name, `${name}:${PORT}`]));
    expect(proxy).toMatch(new RegExp(`^ *bind :${PORT}$`, 'm'));
    expect(proxy).toMatch(/^ *option httpchk GET \/health$/m);
  });

  test('the proxy itself never answers /features: any answer would let a host start', () => {
    const [, frontend, backend] = /^frontend host$([^]*)^backend replicas$[^]*^backend features$([^]*)/m.exec(
      read('ops/haproxy.cfg'),
    )!;
    expect(frontend).toMatch(/^ *use_backend features if \{ path_end \/features \}$/m);
    const silent = [...backend!.matchAll(/^ *errorfile (\d+) \/dev\/null$/gm)].map(([, status]) => status);
    expect(silent).toEqual(['500', '502', '503', '504']);
    const servers = [...backend!.matchAll(/^ *server (\S+) (\S+) track replicas\/(\S+)$/gm)];
    expect(servers.map(([, ...server]) => server)).toEqual(
      replicas.map(([name]) => [name, `${name}:${PORT}`, name]),
    );
  });

  test('the proxy waits longer than the host', () => {
    const HOST_WAITS_S = 610;
    const times = [...read('ops/haproxy.cfg').matchAll(/^ *timeout (client|server) (\d+)s$/gm)];
    expect(times.map(([, side]) => side)).toEqual(['client', 'server']);
    for (const [, , seconds] of times) expect(Number(seconds)).toBeGreaterThan(HOST_WAITS_S);
  });
});

/** The metrics of a service that has sent a request to PX, and got the same request again, and those of workers. */
async function scrape(): Promise<string> {
  const service = createService({ fetch: () => Promise.resolve(new Response(null, { status: 204 })) });
  const job = (jobId: number, message: object): object => ({
    message,
    metadata: { jobId, userId: 'u1', sourceId: 's', destinationId: 'd' },
    destination: { ID: 'd', Config: { apiKey: 'k', productTagKey: 'AP-TEST-2' } },
  });
  // One event is delivered, and one is dropped.
  const input = [job(1, { type: 'identify', userId: 'u1', traits: {} }), job(2, { type: 'track' })];
  for (let time = 0; time < 2; time += 1) {
    const { statusCode } = await service.inject({
      method: 'POST',
      url: '/routerTransform',
      payload: { input, destType: 'gainsight_px' },
    });
    expect(statusCode).toBe(200);
  }
  const { body } = await service.inject({ method: 'GET', url: '/metrics' });
  await service.close();
  return `${body}\n${await new ClusterMetrics(() => 1).text()}`;
}

/** The metrics of a worker that has a partition, a dead letter, and a failure of Kafka. */
async function scrapeConsumer(): Promise<string> {
  const session = {
    router: createRouter(),
    worker: { partitions: 1, messages: 0, bytes: 0 },
    deadLetters: { waiting: 0 },
  };
  const metrics = new ConsumeMetrics({ session, outage: { isAway: false }, shared: undefined });
  metrics.message('track', 'deadLetter', 'rejected');
  metrics.kafkaProblem('commit', 'kafka_unreachable');
  metrics.assigned();
  metrics.lag([{ topic: 'px-events', partition: 0, lag: 5n }]);
  return metrics.text();
}

/** Names of series, each with its labels, of metrics in the text format. */
function readSeries(text: string): Map<string, Set<string>> {
  const series = new Map<string, Set<string>>();
  for (const [, name, labels = ''] of text.matchAll(/^(\w+)(?:\{(.*)\})? \S+$/gm)) {
    const known = series.get(name!) ?? new Set();
    for (const [, label] of labels.matchAll(/(\w+)="/g)) known.add(label!);
    series.set(name!, known);
  }
  return series;
}
