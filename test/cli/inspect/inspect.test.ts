import { request } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import type { InspectorStart } from '../../../src/web/index';
import { cleanUp, cli, KEY, startCli, tempFile, type Running } from '../cli';

afterEach(cleanUp);

const urlOf = async (running: Running): Promise<string> =>
  /http:\/\/127\.0\.0\.1:\d+\//.exec(await running.firstLine)![0];

/** What the page shows at first. */
const dataIn = (page: string): unknown =>
  JSON.parse(/<script type="application\/json" id="data">(.*?)<\/script>/.exec(page)![1]!);

async function pageOf(
  argv: readonly string[],
  env: Record<string, string> = {},
): Promise<{ page: string; stderr: string }> {
  const running = startCli(['inspect', ...argv], { env });
  const page = await (await fetch(await urlOf(running))).text();
  running.signal('SIGTERM');
  const { code, stderr } = await running.ended;
  expect(code).toBe(0);
  return { page, stderr };
}

test('it serves the inspector on loopback until it is stopped', async () => {
  const running = startCli(['inspect']);
  const url = await urlOf(running);
  const answer = await fetch(url);
  expect(answer.headers.get('content-security-policy')).toBe("frame-ancestors 'none'");
  // The page holds messages.
  expect(answer.headers.get('cache-control')).toBe('no-store');
  const page = await answer.text();
  expect(page).toContain('<title>Gainsight PX inspector</title>');
  expect(dataIn(page)).toEqual({});
  running.signal('SIGINT');
  expect(await running.ended).toMatchObject({ code: 0, stderr: '' });
  expect(running.listeners()).toBe(0);
  await expect(fetch(url)).rejects.toThrow();
});

test('the page has the messages of the files and the configuration, and no key', async () => {
  const text = [{ type: 'track', event: '</script><script>' }, { batch: [{ type: 'identify', userId: KEY }] }]
    .map((value) => JSON.stringify(value))
    .join('\n');
  const file = tempFile('events.jsonl', text);
  const config = tempFile('destination.json', { apiKey: KEY, productTagKey: 'AP-TEST-2', note: `of ${KEY}` });
  const { page, stderr } = await pageOf([file, '--config', config], { GAINSIGHT_PX_DATA_CENTER: 'EU' });
  expect(page).not.toContain(KEY);
  const { file: shown, config: settings } = dataIn(page) as InspectorStart;
  const pretty = (value: unknown): string => JSON.stringify(value, null, 2);
  expect(shown).toEqual({
    name: file,
    messages: [
      { text: pretty({ type: 'track', event: '</script><script>' }), at: 'line 1' },
      { text: pretty({ type: 'identify', userId: '(removed)' }), at: 'line 2, batch[0]' },
    ],
    more: false,
  });
  expect(settings).toEqual({ productTagKey: 'AP-TEST-2', note: 'of (removed)', dataCenter: 'EU' });
  expect(stderr).toBe('');
});

test('it says what the page does not have', async () => {
  const lines = Array.from({ length: 1_002 }, (_, index) =>
    JSON.stringify({ type: 'track', event: `e${index}` }),
  );
  const { page, stderr } = await pageOf([tempFile('events.jsonl', ['no json', ...lines].join('\n'))]);
  expect(stderr).toMatch(
    /^note: line 1: .+\nnote: the page has the first 1000 messages, and there are more\n$/,
  );
  const { file } = dataIn(page) as InspectorStart;
  expect(file!.messages).toHaveLength(1_000);
  expect(file!.messages[0]).toEqual({ text: 'no json', at: 'line 1' });
  expect(file!.messages.at(-1)!.text).toContain('"e998"');
  expect(file!.more).toBe(true);
});

test('the page has the places and the reasons of rejected files, and what was not a message', async () => {
  const line = (value: unknown): string => JSON.stringify(value);
  const rejected = { code: 'id_missing', reason: 'expected a user id', retryable: false };
  const first = tempFile(
    'rejected.jsonl',
    [
      line({ rejected, message: { type: 'identify' } }),
      line({ rejected: { code: 'not_json', retryable: false }, text: '{"a' }),
    ].join('\n'),
  );
  const second = tempFile(
    'events.jsonl',
    `\n${line({ type: 'track', event: 'E' })}\n${'['.repeat(20_000)}${']'.repeat(20_000)}`,
  );
  const { page, stderr } = await pageOf([first, second]);
  const { file } = dataIn(page) as InspectorStart;
  expect(file!.messages.map(({ at, rejected: why }) => [at, why])).toEqual([
    [`${first}, line 1`, 'id_missing: expected a user id'],
    [`${first}, line 2`, 'not_json'],
    [`${second}, line 2`, undefined],
  ]);
  expect(file!.messages[1]!.text).toBe('{"a');
  expect(stderr).toBe(`note: ${second}, line 3, [0]: nested too deeply to be shown\n`);
});

test('a name that somebody else resolves to this machine gets nothing', async () => {
  const running = startCli(['inspect', tempFile('events.jsonl', { type: 'track', event: 'secret event' })]);
  const { port } = new URL(await urlOf(running));
  const status = await new Promise((resolve, reject) => {
    request({ port, host: '127.0.0.1', headers: { host: `evil.example:${port}` } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    })
      .on('error', reject)
      .end();
  });
  expect(status).toBe(421);
  running.signal('SIGINT');
  await running.ended;
});

test('a file that is not there, and a port in use, are usage errors that say what to do', async () => {
  expect(await cli(['inspect', 'missing.jsonl'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('missing.jsonl'),
  });
  const other = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => other.once('listening', resolve));
  const { port } = other.address() as AddressInfo;
  const { code, stderr } = await cli(['inspect', '--port', String(port)]);
  other.close();
  expect(code).toBe(2);
  expect(stderr).toContain(`port ${port} (EADDRINUSE): choose another --port`);
});
