// Takes the pictures of the documents, docs/images: `npm run screenshots`, after a change of a page. It needs Chromium.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { openPage, pageUrl, startBrowser } from './browser';

const root = path.resolve(__dirname, '../..');
const command = path.join(root, 'dist/cjs/cli/main.js');
const examples = path.join(root, 'examples');
const config = path.join(examples, 'destination.json');
const TOKEN = 'token-of-the-screenshots';

async function main(): Promise<void> {
  const browser = await startBrowser();
  if (browser === undefined) throw new Error('no Chromium');
  const folder = mkdtempSync(path.join(tmpdir(), 'gainsight-px-screenshots-'));
  try {
    await inspector(browser);
    await report(browser, folder);
    await live(browser);
  } finally {
    rmSync(folder, { recursive: true });
    await browser.close();
  }
}

async function inspector(browser: Browser): Promise<void> {
  const { page } = await openPage(browser, pageUrl('inspector'), { viewport: { width: 1440, height: 900 } });
  await page.getByText('favouriteColour').first().waitFor();
  await picture(page, 'inspector');
  const answers = page.getByLabel('updateUser: the answer of PX');
  await answers.selectOption({ index: 1 });
  await page
    .getByRole('heading', { name: 'What PX answers' })
    .evaluate((heading: Element) => heading.scrollIntoView());
  await picture(page, 'inspector-plan');
}

async function report(browser: Browser, folder: string): Promise<void> {
  const input = path.join(folder, 'events.jsonl');
  cpSync(path.join(examples, 'events.jsonl'), input);
  const file = path.join(folder, 'report.html');
  const faults = ['error-500:every=37', 'throttle-429:every=91'].flatMap((rule) => [
    '--simulate-fault',
    rule,
  ]);
  const args = ['deliver', input, '--config', config, '--simulate', ...faults, '--report', file];
  spawnSync(process.execPath, [command, ...args], { stdio: 'inherit' });
  const { page } = await openPage(browser, pathToFileURL(file).href, {
    viewport: { width: 1200, height: 900 },
  });
  await picture(page, 'report');
}

async function live(browser: Browser): Promise<void> {
  const simulator = spawn(process.execPath, [command, 'simulate', '--json', '--latency-ms', '20']);
  const { origin } = JSON.parse(await lineOf(simulator, /origin/)) as { origin: string };
  const args = ['serve', '--live', '--port', '0', '--ingest', '--config', config, '--px-url', origin];
  const service = spawn(process.execPath, [command, ...args], {
    env: { ...process.env, GAINSIGHT_PX_INGEST_TOKEN: TOKEN },
  });
  try {
    const { origin: url } = JSON.parse(await lineOf(service, /"listening"/)) as { origin: string };
    const lines = readFileSync(path.join(examples, 'events.jsonl'), 'utf8').trim().split('\n').slice(0, 200);
    await fetch(`${url}/v1/deliver`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
      body: `[${lines.join(',')}]`,
    });
    const { page } = await openPage(browser, `${url}/live`, { viewport: { width: 1200, height: 900 } });
    await page.getByRole('table').first().waitFor();
    await picture(page, 'live');
  } finally {
    service.kill();
    simulator.kill();
    await Promise.all([once(service, 'exit'), once(simulator, 'exit')]);
  }
}

/** The first line of a process's output that matches. */
async function lineOf(child: ChildProcess, pattern: RegExp): Promise<string> {
  for await (const line of createInterface(child.stdout!)) if (pattern.test(line)) return line;
  throw new Error('the process ended');
}

async function picture(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: path.join(root, 'docs/images', `${name}.png`) });
}

void main();
