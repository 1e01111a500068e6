import type { Browser } from 'playwright-core';
import { readPage } from '../../../src/cli/pages/page';
import { cleanUp, identify, job, track, world } from '../running-service';
import { openPage, startBrowser } from '../../web/browser';

// The page as a service serves it: test/web/live has a server whose answers the tests decide.

let browser: Browser | undefined;
beforeAll(async () => {
  browser = await startBrowser();
});
afterEach(cleanUp);
afterAll(() => browser?.close());

const TOKEN = 'live-token-55bb02';

async function serving(token?: string) {
  const page = readPage('live');
  const here = await world({ live: token === undefined ? { page } : { page, token } });
  const { origin } = await here.service.listen({ port: 0 });
  return { ...here, origin };
}

test('the page shows what the service has and gets, with its policy and its headers', async () => {
  if (browser === undefined) return;
  const { route, origin } = await serving();
  await route([job(1, identify('ada')), job(2, { type: 'track', userId: 'ada' })]);
  const { page, faults } = await openPage(browser, `${origin}/live`);
  await page.getByText('event_name_missing').first().waitFor();
  await route([job(3, track('grace', 'Signed Up'), { userId: 'grace' })]);
  await page.getByText('Signed Up').first().waitFor();
  expect(await page.locator('body').innerText()).toMatch(/grace[^]*ada[^]*ada/);
  expect(faults).toEqual([]);
  await page.context().close();
});

test('with a token, nothing is shown until it is given', async () => {
  if (browser === undefined) return;
  const { route, origin } = await serving(TOKEN);
  await route([job(1, identify('ada'))]);
  const { page } = await openPage(browser, `${origin}/live`);
  await page.getByLabel('Token').fill('another-token-55bb02');
  await page.keyboard.press('Enter');
  await page.getByText('does not take this token').waitFor();
  expect(await page.locator('body').innerText()).not.toContain('ada');
  await page.getByLabel('Token').fill(TOKEN);
  await page.keyboard.press('Enter');
  await page.getByText('ada', { exact: true }).first().waitFor();
  await page.context().close();
});

test('a page of another origin reads nothing', async () => {
  if (browser === undefined) return;
  const [victim, other] = [await serving(), await serving()];
  await victim.route([job(1, identify('ada'))]);
  const { page } = await openPage(browser, `${other.origin}/live/events`);
  const read = (mode: string): Promise<unknown> =>
    page.evaluate(
      `fetch(${JSON.stringify(`${victim.origin}/live/events`)}, { mode: '${mode}' }).then((reply) => reply.text(), String)`,
    );
  expect(await read('cors')).toMatch(/TypeError/);
  expect(await read('no-cors')).not.toContain('ada');
  await page.context().close();
});
