import type { Browser } from 'playwright-core';
import { cleanUp, startCli, tempFile } from '../cli/cli';
import { openPage, startBrowser } from './browser';

let browser: Browser | undefined;

beforeAll(async () => {
  browser = await startBrowser();
});
afterEach(cleanUp);
afterAll(() => browser?.close());

test('inspect opens the messages of a file with the configuration', async () => {
  if (browser === undefined) return;
  const messages = ['First Event', 'Second Event'].map((event) => ({ type: 'track', userId: 'u1', event }));
  const file = tempFile('events.jsonl', messages.map((message) => JSON.stringify(message)).join('\n\n'));
  const config = tempFile('destination.json', { apiKey: 'key-of-the-file', productTagKey: 'AP-FROM-FILE-2' });
  const running = startCli(['inspect', file, '--config', config]);
  const [url] = /http:\S+/.exec(await running.firstLine)!;
  const { page, faults } = await openPage(browser, url);
  const result = page.getByRole('region', { name: 'Result' });
  await result.getByText('First Event').first().waitFor();
  await result.getByText('AP-FROM-FILE-2').first().waitFor();
  await page.getByRole('button', { name: /next/i }).click();
  await result.getByText('Second Event').first().waitFor();
  await page.getByText('Message 2 of 2: line 3').waitFor();
  expect(faults).toEqual([]);
  running.signal('SIGINT');
  await running.ended;
});
