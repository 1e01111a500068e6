import { cleanUp, CONFIG, KEY, startCli, startPx } from '../../cli/cli';
import { job } from '../../service/running-service';
import { openPage, startBrowser } from '../browser';

afterEach(cleanUp);

test('the page shows the events of gainsight-px serve --live, and opens them in its inspector', async () => {
  const browser = await startBrowser();
  if (browser === undefined) return;
  const { pxArgs } = await startPx();
  const pxUrl = pxArgs.at(-1)!;
  const running = startCli(['serve', '--live', '--host', '127.0.0.1', '--port', '0', '--px-url', pxUrl]);
  try {
    const { origin } = JSON.parse((await running.firstLine).split('\n')[0]!) as { origin: string };
    const { page, faults } = await openPage(browser, `${origin}/live`);
    await page.getByText('No event has come yet.').waitFor();

    const destination = { ID: 'dst-live', Config: CONFIG, DestinationDefinition: { Name: 'GAINSIGHT_PX' } };
    const message = { type: 'identify', userId: 'ada', traits: { title: 'Dr', favouriteColour: 'teal' } };
    const response = await fetch(`${origin}/routerTransform`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ input: [job(1, message, {}, destination)], destType: 'gainsight_px' }),
    });
    expect(response.status).toBe(200);

    await page.getByRole('button', { name: 'identify', exact: true }).click();
    const detail = page.locator('.detail');
    expect(await detail.innerText()).toMatch(/PUT \/v1\/users\/ada updateUser\s+PUT 204 \(ok\) in/);
    const link = page.getByRole('link', { name: 'Open in the inspector' });
    const [inspector] = await Promise.all([page.context().waitForEvent('page'), link.click()]);
    await inspector.getByText('favouriteColour').first().waitFor();
    expect(await inspector.content()).not.toContain(KEY);
    expect(await page.content()).not.toContain(KEY);
    expect(faults).toEqual([]);
  } finally {
    running.signal('SIGINT');
    await running.ended;
    await browser.close();
  }
});
