import { explain, type DestinationConfig } from '../../src';
import { skipReason } from '../../src/destinations/gainsight_px';
import { hostActions, type Fate, type HostAction } from '../../src/web/inspector/host-actions';
import { cleanUp, DESTINATION, job, track, world, type Json } from './running-service';
import { cleanUp as cleanUpCommands, cli, tempFile } from '../cli/cli';

afterEach(cleanUp);
afterEach(cleanUpCommands);

const OFF = { ...track(), integrations: { All: false } };
const GOOD = DESTINATION.Config;

/** Messages without a plan: the message or the configuration is wrong, or the message is skipped. */
const CASES: [string, unknown, unknown][] = [
  ['a bad key', track(), { ...GOOD, apiKey: 'ü' }],
  ['no tag key', track(), { apiKey: GOOD.apiKey }],
  ['a wrong map', track(), { ...GOOD, userAttributeMap: 'x' }],
  ['a wrong message and a wrong configuration', { type: 'identify' }, { ...GOOD, dataCenter: 'xx' }],
  ['a message without an id', { type: 'identify' }, GOOD],
  ['an unknown type', { type: 'bill', userId: 'u' }, GOOD],
  ['a page', { type: 'page', userId: 'u' }, GOOD],
  ['a message that is switched off', OFF, GOOD],
  ['a message that is switched off, and a wrong configuration', OFF, { ...GOOD, dataCenter: 'xx' }],
];

function fateOf(message: unknown, config: unknown): Fate {
  const { error } = explain(message as never, config as DestinationConfig);
  const skipped = skipReason(message, config as DestinationConfig);
  return skipped === undefined
    ? { kind: 'refused', error: error! }
    : { kind: 'skipped', reason: skipped, error };
}

test.each(CASES)('%s: each host is told what the table says', async (_what, message, Config) => {
  const [router, processor, proxy] = hostActions(fateOf(message, Config)) as [
    HostAction,
    HostAction,
    HostAction,
  ];
  const { route, post } = await world();
  const event = job(1, message, {}, { ...DESTINATION, Config });
  const isFiltered = router.mood === 'skipped';
  const headers: Record<string, string> = isFiltered ? { 'x-feature-filter-code': '?1' } : {};
  const [routed] = await route([event], headers);
  expect(router.told.split(' ')[0]).toBe(String(routed!.statusCode));
  const { status, body } = await post('/v0/destinations/gainsight_px', [event], headers);
  expect([status, processor.told.split(' ')[0]]).toEqual([200, String((body as Json[])[0]!.statusCode)]);
  expect(proxy.told).toBe('not called');
  if (!isFiltered) return;
  const [older] = await route([event]);
  expect(router.told).toContain(`older host: ${String(older!.statusCode)}`);
  const old = await post('/v0/destinations/gainsight_px', [event]);
  expect(processor.told).toContain(`older host: ${String((old.body as Json[])[0]!.statusCode)}`);
});

test.each(CASES)('%s: deliver does what the table says', async (_what, message, config) => {
  const { told, does } = hostActions(fateOf(message, config))[3]!;
  const args = ['deliver', '-', '--json', '--simulate', '--config', tempFile('config.json', config)];
  const { code, stdout, stderr } = await cli(args, { stdin: JSON.stringify(message) });
  if (code === 2) {
    expect(stderr).toContain('configuration');
    expect([told, does]).toEqual(['exit code 2', expect.stringContaining('does not begin')]);
    return;
  }
  const { messages, rejected } = JSON.parse(stdout) as {
    messages: { skipped: Json };
    rejected: { byCode: { code: string; retryable: boolean }[] };
  };
  const [first] = rejected.byCode;
  expect(told).toBe(
    first === undefined ? 'skipped' : `${first.code}, ${first.retryable ? 'retryable' : 'not retryable'}`,
  );
  const { switchedOff, typeFiltered } = messages.skipped;
  expect(Number(switchedOff) + Number(typeFiltered)).toBe(first === undefined ? 1 : 0);
});
