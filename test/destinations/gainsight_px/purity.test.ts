import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { compile, explain, process as mapMessage, type DestinationConfig } from '../../../src/index';
import { thrownBy } from '../../fixture-runs/check-expectation';
import { loadFixtures } from '../../fixture-runs/load-fixtures';
import { plansOfAllFixtures } from '../../fixture-runs/print-plans';
import { deepFreeze, objectsIn } from './object-graph';

const fixtures = loadFixtures();
const named = fixtures.map((fixture) => [fixture.name, fixture] as const);
const configOf = (config: unknown) => config as DestinationConfig;
const copy = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

/** What becomes of a message: its plan, or the error's code. */
const outcomeOf = (event: Parameters<typeof mapMessage>[0], config: unknown): unknown => {
  let plan: unknown;
  const error = thrownBy(() => (plan = mapMessage(event, configOf(config))));
  return error?.code ?? plan;
};

test.each(named)('%s: deeply frozen input is enough', (_name, { event, config }) => {
  const before = JSON.stringify([event, config]);
  const due = outcomeOf(copy(event), copy(config));
  deepFreeze(event);
  deepFreeze(config);
  expect(outcomeOf(event, config)).toEqual(due);
  expect(explain(event, configOf(config)).plan ?? explain(event, configOf(config)).error?.code).toEqual(due);
  expect(JSON.stringify([event, config])).toBe(before);
});

test('the same input gives the same output, whatever was processed before', () => {
  const forward = fixtures.map(({ event, config }) => outcomeOf(event, config));
  const backward = [...fixtures].reverse().map(({ event, config }) => outcomeOf(event, config));
  expect(backward.reverse()).toEqual(forward);
  // With every message through every other's configuration in between.
  for (const { config } of fixtures.filter((_, index) => index % 40 === 0)) {
    for (const { event } of fixtures) outcomeOf(event, config);
  }
  expect(fixtures.map(({ event, config }) => outcomeOf(event, config))).toEqual(forward);
});

test.each(named)('%s: the plan shares no object with the input', (_name, { event, config }) => {
  const input = new Set([...objectsIn(event), ...objectsIn(config)]);
  const outputs = [
    outcomeOf(event, config),
    thrownBy(() => mapMessage(event, configOf(config)))?.issues,
    explain(event, configOf(config)),
  ];
  for (const output of outputs)
    expect([...objectsIn(output)].filter((object) => input.has(object))).toEqual([]);
});

test.each(named)('%s: what a caller writes into a plan reaches no other', (_name, { event, config }) => {
  const due = copy(outcomeOf(event, config));
  for (const object of objectsIn(outcomeOf(event, config))) {
    for (const key of Object.keys(object)) Reflect.set(object, key, 'overwritten');
    Reflect.set(object, 'added', true);
  }
  expect(outcomeOf(event, config)).toEqual(due);
});

test.each(named)(
  '%s: what is written as JSON and read again is the same plan',
  (_name, { event, config }) => {
    const outcome = outcomeOf(event, config);
    expect(copy(outcome)).toStrictEqual(outcome);
  },
);

test('nothing reads the clock, draws a random number or looks at the environment', () => {
  const forbidden = (what: string) => () => {
    throw new Error(`${what} was used`);
  };
  const RealDate = Date;
  const environment = Object.getOwnPropertyDescriptor(process, 'env')!;
  const due = fixtures.map(({ event, config }) => outcomeOf(event, config));
  const fresh = fixtures.map(({ config }) => ({ ...config, another: Math.random() }));
  const spies = [
    jest.spyOn(Math, 'random').mockImplementation(forbidden('Math.random')),
    jest.spyOn(Date, 'now').mockImplementation(forbidden('Date.now')),
    jest.spyOn(performance, 'now').mockImplementation(forbidden('performance.now')),
  ];
  let found: unknown[];
  try {
    globalThis.Date = new Proxy(RealDate, {
      construct: (target, args: unknown[]) =>
        args.length === 0 ? forbidden('new Date()')() : new target(...(args as [number])),
    });
    Object.defineProperty(process, 'env', { configurable: true, get: forbidden('process.env') });
    found = fixtures.map(({ event }, index) => outcomeOf(event, fresh[index]));
    for (const { event, config } of fixtures) {
      if (thrownBy(() => compile(configOf(config))) === undefined) compile(configOf(config)).explain(event);
    }
  } finally {
    globalThis.Date = RealDate;
    Object.defineProperty(process, 'env', environment);
    for (const spy of spies) spy.mockRestore();
  }
  expect(found).toEqual(due);
});

test('plans are the same in every time zone', async () => {
  const due = copy(plansOfAllFixtures());
  const script = path.resolve(__dirname, '../../fixture-runs/print-plans.ts');
  const inZone = async (TZ: string) => {
    const { stdout } = await promisify(execFile)(process.execPath, ['--require', 'tsx/cjs', script], {
      env: { ...process.env, TZ },
      maxBuffer: 2 ** 26,
    });
    return JSON.parse(stdout) as unknown;
  };
  const zones = ['UTC', 'America/New_York', 'Asia/Kathmandu', 'Pacific/Kiritimati'];
  const found = await Promise.all(zones.map(inZone));
  for (const [index, zone] of zones.entries()) expect([zone, found[index]]).toEqual([zone, due]);
});
