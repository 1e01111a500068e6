import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import axe, { type AxeResults } from 'axe-core';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { leaveOut } from '../engines/requirements';

const pages = path.resolve(__dirname, '../../dist/web');
const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome'];

/** The browser of the machine: the variable `CHROMIUM`, or a program on the PATH. */
function executable(): string | undefined {
  const { CHROMIUM, PATH = '' } = process.env;
  if (CHROMIUM !== undefined) return CHROMIUM;
  return PATH.split(path.delimiter)
    .flatMap((folder) => PROGRAMS.map((program) => path.join(folder, program)))
    .find(existsSync);
}

/**
 * Starts Chromium; `undefined`, with a loud line, where the machine has none.
 *
 * @throws Error when `GAINSIGHT_PX_ENGINES=required` and there is none
 */
export async function startBrowser(): Promise<Browser | undefined> {
  const program = executable();
  if (program === undefined) return leaveOut('Chromium', `no ${PROGRAMS.join(', ')} on the PATH`);
  return chromium.launch({ executablePath: program, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}

/** The address of a page as a file. */
export function pageUrl(name: 'inspector' | 'report' | 'live'): string {
  return pathToFileURL(path.join(pages, `${name}.html`)).href;
}

/** An open page, and what went wrong in it. */
export interface OpenPage {
  readonly page: Page;
  /** Errors of scripts, and refusals of the Content-Security-Policy. */
  readonly faults: readonly string[];
  /** The addresses that it requested, other than its own. */
  readonly requested: readonly string[];
}

/** Opens an address in a context of its own. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<OpenPage> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const faults: string[] = [];
  const requested: string[] = [];
  page.on('pageerror', ({ message }) => faults.push(message));
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  page.on('request', (request) => {
    if (!request.isNavigationRequest() && !request.url().startsWith('data:')) requested.push(request.url());
  });
  await page.goto(url);
  return { page, faults, requested };
}

/** What axe finds against WCAG 2.1 A and AA: each rule with the elements that break it. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const results = (await page.evaluate(`axe.run(document, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'],
  })`)) as AxeResults;
  return results.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary = '' }) => `${id} ${target.join(' ')}: ${failureSummary}`),
  );
}
