import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Registry, type Metric } from 'prom-client';
import { ConsumeMetrics } from '../../src/cli/consume/consume-metrics';
import { ClusterMetrics } from '../../src/metrics';
import { createRouter } from '../../src/router';
import { BackPressure } from '../../src/router/ordering/back-pressure';
import { createService } from '../../src/service';
import { parseServiceOptions } from '../../src/service/options';
import { readDocument, tableRows } from './document';

const text = readDocument('operations.md');
const everywhere = text + readDocument('rudderstack.md');
const root = path.join(__dirname, '../..');

test('the alerts of docs/operations.md are those of ops/alerts.yml, with their severity', () => {
  const rules = readFileSync(path.join(root, 'ops/alerts.yml'), 'utf8').matchAll(
    /alert: (\w+)$[^]*?severity: (\w+)/gm,
  );
  const defined = [...rules].map(([, alert, severity]) => [`\`${alert}\``, severity]);
  expect(defined.length).toBeGreaterThan(10);
  expect(tableRows(text, 'alert').map(([alert, severity]) => [alert, severity])).toEqual(defined);
});

test('the log lines of docs/operations.md are in the sources', () => {
  const folders = ['src/service', 'src/cli', 'src/redis', 'src/tracing'];
  const sources = folders.flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => readFileSync(path.join(root, folder, name), 'utf8')),
  );
  const source = sources
    .join('\n')
    .replaceAll('${NOT_FORWARDED}', 'a request target that is not a plain path is not forwarded')
    .replace(/\$\{[^}]*\}/g, '…');
  const messages = tableRows(text, 'level').flatMap(([, cell]) => [...cell!.matchAll(/`([^`]+)`/g)]);
  expect(messages.length).toBeGreaterThan(15);
  expect(messages.map(([, message]) => message!).filter((message) => !source.includes(message))).toEqual([]);
});

describe('the metrics of docs/operations.md', () => {
  interface Registered {
    readonly name: string;
    readonly type: string;
    readonly labels: readonly string[];
  }

  /** All that a service and a worker of `consume` register, whether it has a value yet or not. */
  function registeredByAll(): Registered[] {
    const metrics: Metric[] = [];
    const register = jest
      .spyOn(Registry.prototype, 'registerMetric')
      .mockImplementation((metric) => void metrics.push(metric));
    try {
      createService();
      new ClusterMetrics(() => 0);
      const worker = { partitions: 0, messages: 0, bytes: 0 };
      const session = { router: createRouter(), worker, deadLetters: { waiting: 0 } };
      const stats = { isConnected: true, processes: 1, requestsPerSecond: 1 };
      new ConsumeMetrics({ session, outage: { isAway: false }, shared: { stats: () => stats } });
    } finally {
      register.mockRestore();
    }
    return metrics.map((metric) => {
      const { name, labelNames } = metric as unknown as { name: string; labelNames: string[] };
      return { name, type: metric.constructor.name.toLowerCase(), labels: [...labelNames].sort() };
    });
  }

  const documented: Registered[] = tableRows(text, 'metric').map(([name, type, labels]) => ({
    name: name!.replaceAll('`', ''),
    type: type!,
    labels: [...labels!.matchAll(/`(\w+)`/g)].map(([, label]) => label!).sort(),
  }));
  const registered = registeredByAll();
  const byName = (metrics: readonly Registered[]) =>
    new Map(metrics.map((metric) => [metric.name, metric] as const));

  test('each is named, with its type and its labels', () => {
    expect(registered.length).toBeGreaterThan(20);
    const known = byName(documented);
    for (const metric of registered) expect(known.get(metric.name)).toEqual(metric);
  });

  test('none is named that is not there, or twice', () => {
    const own = ({ name }: Registered): boolean => name.startsWith('gainsight_px_');
    const known = byName(registered);
    expect(documented.filter(own).length).toBeGreaterThan(10);
    // Those of the process are fewer on other systems.
    expect(documented.filter((metric) => own(metric) && !known.has(metric.name))).toEqual([]);
    expect(new Set(documented.map(({ name }) => name)).size).toBe(documented.length);
  });

  test('those that it names elsewhere, and their labels, are in its tables', () => {
    const known = byName(documented);
    const used = [...everywhere.matchAll(/(gainsight_px_[a-z_]+)(?:\{([^}]*)\})?/g)];
    expect(used.length).toBeGreaterThan(documented.length / 3);
    for (const [, used1, matchers = ''] of used) {
      const name = used1!.replace(/_(bucket|sum|count)$/, '');
      const labels = [...matchers.matchAll(/(\w+)=/g)].map(([, label]) => label!);
      expect({
        name,
        unknown: labels.filter((label) => known.get(name)?.labels.includes(label) !== true),
      }).toEqual({
        name,
        unknown: [],
      });
      expect(known.has(name)).toBe(true);
    }
  });
});

describe('what docs/operations.md says of single metrics', () => {
  const meaningOf = (metric: string): string =>
    tableRows(text, 'metric').find(([name]) => name === `\`${metric}\``)?.[3] ?? '';

  test('every type that events are counted by is named', async () => {
    const service = createService();
    const types = ['identify', 'group', 'track', 'page', 'screen', 'alias', 'no such type'];
    // Without a destination none of them is sent.
    const input = types.map((type, jobId) => ({ message: { type }, metadata: { jobId }, destination: null }));
    await service.inject({
      method: 'POST',
      url: '/routerTransform',
      payload: { destType: 'gainsight_px', input },
    });
    const config = { apiKey: 'k', productTagKey: 'AP-1-2', dataCenter: { web: 'EU', ios: 'US' } };
    const job = { jobId: '1', destType: 'gainsight_px', config, userAttributes: [{ userId: 'u1' }] };
    await service.inject({ method: 'POST', url: '/deleteUsers', payload: [job] });
    const { payload } = await service.inject('/metrics');
    await service.close();

    const counted = [...payload.matchAll(/^gainsight_px_events_total\{.*type="([^"]*)"/gm)].map(
      ([, type]) => type,
    );
    expect(new Set(counted).size).toBe(types.length + 1);
    const [, named = ''] = /`type`: ([^.]*)\./.exec(meaningOf('gainsight_px_events_total')) ?? [];
    expect([...named.matchAll(/`([^`]*)`/g)].map(([, type]) => type).sort()).toEqual(counted.sort());
  });

  test('plans are turned away at the number that is named, here and in SECURITY.md', () => {
    const { maxPending } = parseServiceOptions({}).router;
    const gate = new BackPressure(maxPending!);
    while (!gate.isOverrun) gate.enter();
    const number = gate.pending.toLocaleString('en-US');
    expect(meaningOf('gainsight_px_plans_pending')).toContain(` at ${number} new ones`);
    expect(readDocument('../SECURITY.md')).toContain(`At most ${number} plans wait`);
  });
});
