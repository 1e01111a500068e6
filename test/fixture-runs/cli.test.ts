import { process as mapMessage, type DestinationConfig } from '../../src';
import { skipReason } from '../../src/destinations/gainsight_px/skip-reason';
import { asLines, cleanUp, jsonLines, startCli, tempFile } from '../cli/cli';
import { checkPlan } from './check-expectation';
import { expectsError, loadFixtures, type ExpectedError, type Fixture } from './load-fixtures';

afterEach(cleanUp);

const isConfigurationFault = ({ expect: expected }: Fixture) =>
  expectsError(expected) && expected.error.kind === 'configuration';
/** What the commands skip, the library may refuse; the rule itself has tests of its own. */
const isSkipped = (event: unknown, config: string) =>
  skipReason(event, JSON.parse(config) as DestinationConfig) !== undefined;
const fixtures = loadFixtures();
const groups = [...groupByConfig(fixtures.filter((fixture) => !isConfigurationFault(fixture)))];

test.each(groups)('transform gives the plans of the library for configuration %#', async (config, group) => {
  const file = tempFile('config.json', config);
  const stdin = asLines(...group.map(({ event }) => event));
  const { stdout, code } = await startCli(['transform', '--config', file, '--show-key'], { stdin }).ended;

  const lines = jsonLines(stdout);
  expect(lines).toHaveLength(group.length);
  for (const [index, { name, event, expect: expected }] of group.entries()) {
    const { plan, error } = lines[index] as { plan: ReturnType<typeof mapMessage>; error: { code: string } };
    if (isSkipped(event, config)) {
      expect([name, lines[index]]).toEqual([
        name,
        { position: expect.anything(), skipped: expect.anything() },
      ]);
    } else if (expectsError(expected)) {
      expect([name, error?.code]).toEqual([name, expected.error.code]);
    } else {
      expect([name, error]).toEqual([name, undefined]);
      checkPlan(plan, expected);
      expect(plan).toEqual(mapMessage(event, JSON.parse(config) as DestinationConfig));
    }
  }
  const faulty = group.filter(
    ({ event, expect: expected }) => expectsError(expected) && !isSkipped(event, config),
  );
  expect(code).toBe(faulty.length > 0 ? 1 : 0);
});

test.each(groups)('transform shows no key for configuration %#', async (config, group) => {
  const file = tempFile('config.json', config);
  const stdin = asLines(...group.map(({ event }) => event));
  const { stdout, stderr } = await startCli(['transform', '--config', file], { stdin }).ended;
  expect(jsonLines(stdout)).toHaveLength(group.length);
  expect(stdout + stderr).not.toContain((JSON.parse(config) as DestinationConfig).apiKey);
});

test.each(fixtures.filter(isConfigurationFault).map((fixture) => [fixture.name, fixture] as const))(
  'transform and validate refuse %s',
  async (_name, { config, expect: expected }) => {
    const { path, paths = [path!] } = (expected as ExpectedError).error;
    const file = tempFile('config.json', config);
    const transformed = await startCli(['transform', '--config', file], { stdin: '{}\n' }).ended;
    expect(transformed).toMatchObject({ code: 2, stdout: '' });
    const validated = await startCli(['validate', '--config', file]).ended;
    expect(validated.code).not.toBe(0);
    for (const faulty of paths) {
      expect(transformed.stderr).toContain(faulty);
      expect(validated.stdout + validated.stderr).toContain(faulty);
    }
  },
);

function groupByConfig(all: readonly Fixture[]): Map<string, Fixture[]> {
  const byConfig = new Map<string, Fixture[]>();
  for (const fixture of all) {
    const config = JSON.stringify(fixture.config);
    byConfig.set(config, [...(byConfig.get(config) ?? []), fixture]);
  }
  return byConfig;
}
