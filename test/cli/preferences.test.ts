import { cleanUp, cli, startPx } from './cli';

afterEach(cleanUp);

test('get shows what PX says, and true as the effective value of a flag that was never set', async () => {
  const { pxArgs } = await startPx();
  await cli(['preferences', 'set', 'ada', '--track-usage=false', '--surveys=true', ...pxArgs]);
  const { code, stdout } = await cli(['preferences', 'get', 'ada', ...pxArgs]);
  const rows = stdout
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => line.split(/ +/));
  expect(rows).toEqual([
    ['trackUsage', 'false', 'false'],
    ['productUpdates', 'null', 'true'],
    ['guidedTours', 'null', 'true'],
    ['surveys', 'true', 'true'],
    ['onboardingBot', 'null', 'true'],
    ['trackEmailAnalytics', 'null', 'true'],
  ]);
  expect(code).toBe(0);
});

test('get --json holds both, raw and effective', async () => {
  const { pxArgs } = await startPx();
  await cli(['preferences', 'set', 'ada', '--guided-tours=false', ...pxArgs]);
  const { stdout } = await cli(['preferences', 'get', 'ada', '--json', ...pxArgs]);
  expect(JSON.parse(stdout)).toMatchObject({
    identifyId: 'ada',
    raw: { guidedTours: false, surveys: null },
    effective: { guidedTours: false, surveys: true },
  });
});

test('set changes exactly the flags that are given, all six if need be', async () => {
  const { simulator, pxArgs } = await startPx();
  expect(await cli(['preferences', 'set', 'ada', '--onboarding-bot=false', ...pxArgs])).toMatchObject({
    code: 0,
    stdout: 'set onboardingBot=false for ada\n',
  });
  expect(simulator.state.preferences.get('ada')).toEqual({ onboardingBot: false });
  const all = [
    'track-usage',
    'product-updates',
    'guided-tours',
    'surveys',
    'onboarding-bot',
    'track-email-analytics',
  ];
  await cli(['preferences', 'set', 'ada', ...all.map((name) => `--${name}=true`), ...pxArgs]);
  expect(Object.values(simulator.state.preferences.get('ada')!)).toEqual(Array(6).fill(true));
});

test.each([
  ['no flag', []],
  ['a flag without a value', ['--surveys']],
  ['a value that is neither true nor false', ['--surveys=no']],
  ['a value in capitals', ['--surveys=TRUE']],
  ['an empty value', ['--surveys=']],
  ['a flag that PX does not know', ['--newsletters=false']],
  ['a flag that is given with both values', ['--surveys=false', '--surveys=true']],
])('set with %s is a usage error, and sends nothing', async (_, flags) => {
  const { simulator, pxArgs } = await startPx();
  const { code, stderr } = await cli(['preferences', 'set', 'ada', ...pxArgs, ...flags]);
  expect(code).toBe(2);
  expect(stderr).toMatch(/^error: [^\n]+\n$/);
  expect(simulator.requests.total).toBe(0);
});

test.each([
  ['get', []],
  ['set', ['--surveys=false']],
])('%s of a user that PX does not know fails with one line and exit code 1', async (command, flags) => {
  const { pxArgs } = await startPx();
  const { code, stdout, stderr } = await cli(['preferences', command, 'nobody', ...flags, ...pxArgs]);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/^error: the preferences of nobody were not [^\n]+404[^\n]+\n$/);
});

test('a wrong key fails with the mend and exit code 1, and is not shown', async () => {
  const { pxArgs } = await startPx({ apiKey: 'another' });
  const { code, stderr } = await cli(['preferences', 'get', 'ada', ...pxArgs]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^error: [^\n]+401[^\n]+data center\n$/);
});
