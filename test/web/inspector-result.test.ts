import type { Browser, Locator } from 'playwright-core';
import { parseFixture } from '../fixture-runs/load-fixtures';
import { checkFixture } from '../fixture-runs/check-fixture';
import { accessibilityFaults, startBrowser } from './browser';
import { openInspector } from './inspector-page';

let browser: Browser | undefined;

beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser?.close());

const IDENTIFY = {
  type: 'identify',
  userId: 'u 1',
  traits: { city: 'Paris', favouriteColour: 'green', name: 'Ada Lovelace', surveys: false },
  timestamp: '2024-01-01T00:00:00Z',
};
const GROUP = { type: 'group', userId: 'u1', groupId: 'acme', traits: { name: 'Acme' } };
const TRACK = { type: 'track', userId: 'u1', event: 'Opened', properties: { 'a.b': 1 } };

/** A line of a request, by its text. */
const line = (result: Locator, text: string): Locator => result.getByRole('option').filter({ hasText: text });

const textsOf = async (found: Locator): Promise<string[]> =>
  (await found.allInnerTexts()).map((text) => text.replaceAll(/\s+/g, ' ').trim());

/** A test that needs the browser; without one it is left out, which `startBrowser` says loudly. */
const inBrowser = (name: string, run: (browser: Browser) => Promise<void>): void => {
  test(name, async () => {
    if (browser !== undefined) await run(browser);
  });
};

describe('requests', () => {
  inBrowser('show method, URL, headers without the key, and each field with its source', async (chromium) => {
    const { result, faults } = await openInspector(chromium, IDENTIFY, {
      apiKey: 'a-secret-key',
      productTagKey: 'AP-1',
    });
    const request = result.getByRole('listbox', { name: 'Request of updateUser' }).first();
    expect(await textsOf(request.locator('> div'))).toEqual([
      'PUT https://api.aptrinsic.com/v1/users/u%201 from userId',
      'X-APTRINSIC-API-KEY: ••••••••',
      'Content-Type: application/json',
      '{',
      '"type": "USER", always',
      '"propertyKeys": ["AP-1"], from the configuration: productTagKey',
      '"customAttributes": {}, always',
      '"location": {',
      '"city": "Paris" from traits.city',
      '},',
      '"firstName": "Ada", from traits.name',
      '"lastName": "Lovelace" from traits.name',
      '}',
    ]);
    expect(await result.innerText()).not.toContain('a-secret-key');
    expect(await textsOf(result.locator('.requests summary'))).toEqual([
      'updateUser PUT first',
      'createUser POST when PX answers 404 to updateUser',
      'updateUserAgain PUT when PX answers 400 to createUser',
      'setPreferences PUT when PX answers 204 to updateUser, or 201 to createUser, or 204 to updateUserAgain',
    ]);
    expect(faults).toEqual([]);
  });

  inBrowser('a default and a date are in words', async (chromium) => {
    const { result } = await openInspector(chromium, IDENTIFY);
    await result.getByText('createUser', { exact: true }).first().click();
    expect(await textsOf(line(result, 'createDate'))).toEqual([
      '"createDate": 1704067200000, 2024-01-01T00:00:00.000Z from timestamp, as a default',
    ]);
  });

  inBrowser('a value lights by hover and by focus, with all lines of its field', async (chromium) => {
    const { page, result } = await openInspector(chromium, IDENTIFY);
    const lit = result.locator('.lit');
    await line(result, '"city"').first().hover();
    expect(await textsOf(lit.filter({ visible: true }))).toEqual(['"city": "Paris" from traits.city']);
    await page.mouse.move(0, 0);
    expect(await lit.count()).toBe(0);

    await line(result, 'PUT https').first().focus();
    expect(await textsOf(lit.filter({ visible: true }))).toEqual([
      'PUT https://api.aptrinsic.com/v1/users/u%201 from userId',
    ]);
    await page.keyboard.press('End');
    expect(await textsOf(page.locator(':focus'))).toEqual(['"lastName": "Lovelace" from traits.name']);
    await page.keyboard.press('ArrowUp');
    expect(await page.locator(':focus').getAttribute('aria-selected')).toBe('true');
    expect(await textsOf(lit.filter({ visible: true }))).toEqual(['"firstName": "Ada", from traits.name']);
    await page.keyboard.press('Home');
    expect(await textsOf(page.locator(':focus'))).toEqual([
      'PUT https://api.aptrinsic.com/v1/users/u%201 from userId',
    ]);
    // One stop for the Tab key, at the line that was left.
    expect(await result.locator('details[open] [role=option][tabindex="0"]').count()).toBe(1);
  });

  inBrowser('both ends light up, from either end', async (chromium) => {
    const { page, result } = await openInspector(chromium, IDENTIFY);
    const editor = page.getByRole('textbox', { name: 'Event' });
    const litInEvent = editor.locator('.cm-lit');
    await line(result, '"city"').first().hover();
    await litInEvent.first().waitFor();
    expect((await litInEvent.allTextContents()).join('')).toContain('"Paris"');

    await editor.getByText('"Ada Lovelace"').hover();
    const lit = result.locator('[role=option].lit').filter({ visible: true });
    await lit.filter({ hasText: 'lastName' }).waitFor();
    expect(await textsOf(lit)).toEqual([
      '"firstName": "Ada", from traits.name',
      '"lastName": "Lovelace" from traits.name',
    ]);
    await page.getByRole('button', { name: 'JSON', exact: true }).click();
    await line(result, '"propertyKeys"').first().hover();
    const litInConfig = page.getByRole('textbox', { name: 'Configuration' }).locator('.cm-lit');
    await litInConfig.first().waitFor();
    expect((await litInConfig.allTextContents()).join('')).toContain('"productTagKey"');

    await editor.getByText('"favouriteColour"').hover();
    await result.locator('.dropped .lit').waitFor();
    expect(await lit.count()).toBe(0);
  });

  inBrowser('a long body is shown in parts', async (chromium) => {
    const properties = Object.fromEntries(Array.from({ length: 400 }, (_, index) => [`p${index}`, index]));
    const { result } = await openInspector(chromium, { ...TRACK, properties });
    expect(await line(result, '"p399"').count()).toBe(0);
    await result.getByRole('button', { name: /^Show (\d+) of \1 more lines$/ }).click();
    expect(await line(result, '"p399"').count()).toBe(1);
  });
});

describe('texts that are not JSON', () => {
  inBrowser('leave the last result, and say so', async (chromium) => {
    const { page, result } = await openInspector(chromium, IDENTIFY);
    await page.getByRole('textbox', { name: 'Event' }).fill('{');
    await result.getByText('The event is not JSON. Below is the result of the text before.').waitFor();
    expect(await line(result, '"city"').count()).toBeGreaterThan(0);
  });
});

describe('dropped values', () => {
  inBrowser('are struck through with their reason, and one click sends them', async (chromium) => {
    const { result } = await openInspector(chromium, IDENTIFY);
    const dropped = result.locator('.dropped > li');
    expect(await textsOf(dropped.locator('> p'))).toEqual([
      'not sent: traits.favouriteColour string · no field and no map row reads it',
    ]);
    expect(await dropped.locator('del').innerText()).toBe('traits.favouriteColour');
    await dropped.getByRole('button', { name: 'Add a row to userAttributeMap' }).click();
    await line(result, '"favouriteColour": "green"').first().waitFor();
    expect(await dropped.count()).toBe(0);
    expect(await result.locator('.summary').innerText()).toContain('everything is sent');
  });

  inBrowser('the value of the event lights when its row has the focus', async (chromium) => {
    const { page, result } = await openInspector(chromium, IDENTIFY);
    const path = result.getByRole('button', { name: 'traits.favouriteColour' });
    await path.focus();
    expect(await path.getAttribute('class')).toBe('lit');
    const litInEvent = page.getByRole('textbox', { name: 'Event' }).locator('.cm-lit');
    await litInEvent.first().waitFor();
    expect((await litInEvent.allTextContents()).join('')).toContain('favouriteColour');
  });

  inBrowser('very many are shown in parts', async (chromium) => {
    const traits = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`t${index}`, index]));
    const { result } = await openInspector(chromium, { ...IDENTIFY, traits });
    const rows = result.locator('.dropped > li');
    expect(await rows.count()).toBe(40);
    await result.getByRole('button', { name: 'Show 40 of 60 more' }).click();
    expect(await rows.count()).toBe(80);
  });
});

describe('messages', () => {
  inBrowser('a warning says what to do', async (chromium) => {
    const { result } = await openInspector(chromium, { ...IDENTIFY, traits: { numberOfVisits: 3 } });
    expect(await textsOf(result.locator('.warnings > li'))).toEqual([
      'numberOfVisits PX declares numberOfVisits of a user read-only. Leave it out, unless your PX takes it.',
    ]);
  });

  inBrowser('an error says where, what was expected and what to do', async (chromium) => {
    const { result } = await openInspector(chromium, { type: 'track', userId: 'u' });
    const panel = result.locator('.alert');
    expect(await panel.getByRole('heading').innerText()).toBe('Cannot be mapped: event_name_missing');
    expect((await textsOf(panel.locator('li')))[0]).toBe(
      'event: expected a non-blank string or a finite number, found nothing',
    );
    expect(await panel.innerText()).toContain('Send a name in event.');
    await panel.getByText('What was read before that').click();
    expect(await textsOf(panel.locator('details li'))).toEqual(['event.identifyId: "u" from userId']);
    expect(await textsOf(result.locator('.hosts tbody tr').first().locator('td'))).toEqual([
      '400',
      'drops the event; the later events of this user are sent',
    ]);
  });

  inBrowser('a page is skipped, and one click makes an event of it', async (chromium) => {
    const { result } = await openInspector(chromium, { type: 'page', userId: 'u', name: 'Home' });
    expect(await result.getByRole('heading', { level: 2 }).first().innerText()).toBe(
      'Skipped: type_filtered',
    );
    await result.getByRole('button', { name: 'Set pageEvents to true' }).click();
    await line(result, '"eventName": "Page Viewed"').waitFor();
    expect(await result.getByText('Skipped: type_filtered').count()).toBe(0);
  });

  inBrowser('a message that switches PX off is skipped, and mapped all the same', async (chromium) => {
    const { result } = await openInspector(chromium, { ...TRACK, integrations: { All: false } });
    expect(await textsOf(result.getByRole('heading', { level: 2 }))).toEqual([
      'Skipped: switched_off',
      'Requests, if the message were not skipped',
      'What PX answers, and what happens then',
      'Copy',
    ]);
    expect(await textsOf(result.locator('.hosts td.soft'))).toContain('298 (an older host: 400)');
  });
});

describe('the plan', () => {
  inBrowser('lights the way of the answers, down to the outcome and the host', async (chromium) => {
    const { page, result } = await openInspector(chromium, GROUP);
    const answer = (step: string): Locator => result.getByLabel(`${step}: the answer of PX`);
    const status = result.locator('.outcome');
    const edges = (): Promise<string[]> => result.locator('.diagram .taken text').allTextContents();
    const told = async (): Promise<string[]> => textsOf(result.locator('.hosts td[class]'));

    expect(await textsOf(status)).toEqual(['Delivered PX has all that the message says.']);
    expect(await edges()).toEqual(['204', '204']);
    expect(await told()).toEqual(['299', '200 with the updates', '200', 'delivered']);

    // By keyboard alone.
    await answer('updateAccount').focus();
    await page.keyboard.press('ArrowDown');
    expect(await textsOf(result.locator('.path li'))).toEqual([
      'updateAccount gets 404: no account, so createAccount is next.',
      'createAccount gets 201: created, so linkUser is next.',
      'linkUser gets 204: updated, and the plan ends.',
    ]);

    await answer('linkUser').selectOption('404');
    await answer('createUser').selectOption('429');
    expect(await edges()).toEqual(['404', '201', '404', '429 ×5']);
    expect(await textsOf(status)).toEqual([
      'Not delivered: throttled, retryable given up after 5 attempts (answer 429 to createUser).',
    ]);
    expect(await told()).toEqual(['429', '503 for the whole batch', '429', 'throttled, retryable']);

    await answer('createUser').selectOption('403');
    expect(await textsOf(status)).toEqual([
      'Not delivered: denied, not retryable PX denied access: check the API key and its permissions (answer 403 to createUser).',
    ]);
    expect(await told()).toEqual(['400', '400', '400', 'denied, not retryable']);
    expect(await textsOf(result.locator('.end.bad'))).toEqual(['not delivered']);

    await result.getByRole('button', { name: 'All answers: success' }).click();
    expect(await edges()).toEqual(['204', '204']);
  });

  inBrowser('a page with 404 is not "no such user"', async (chromium) => {
    const { result } = await openInspector(chromium, IDENTIFY);
    await result.getByLabel('updateUser: the answer of PX').selectOption('404 html');
    expect(await textsOf(result.locator('.path li'))).toEqual([
      'updateUser gets 404: HTML page. It is sent again, up to 5 times.',
    ]);
  });

  inBrowser('nothing of the diagram lies upon something else, at any width', async (chromium) => {
    for (const width of [360, 800, 1440]) {
      const { page, result } = await openInspector(chromium, GROUP, undefined, {
        viewport: { width, height: 900 },
      });
      const boxes = await result.locator('.diagram > div').all();
      const found = await Promise.all(boxes.map((box) => box.boundingBox()));
      const overlaps = found.filter((a, at) =>
        found.some(
          (b, other) =>
            other > at &&
            a!.y < b!.y + b!.height &&
            b!.y < a!.y + a!.height &&
            a!.x < b!.x + b!.width &&
            b!.x < a!.x + a!.width,
        ),
      );
      expect([width, overlaps]).toEqual([width, []]);
      expect([
        width,
        await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth),
      ]).toEqual([width, true]);
    }
  });
});

describe('copies', () => {
  inBrowser('a request as curl, the message as a fixture and as a unit test', async (chromium) => {
    const config = { apiKey: 'a-secret-key', productTagKey: 'AP-1' };
    const { page, result } = await openInspector(
      chromium,
      { ...TRACK, properties: { note: 'a-secret-key' } },
      config,
      {
        permissions: ['clipboard-read', 'clipboard-write'],
      },
    );
    const copied = async (button: string, note: string): Promise<string> => {
      await result.getByRole('button', { name: button }).click();
      await result
        .getByRole('status')
        .filter({ hasText: `Copied: ${note}.` })
        .waitFor();
      const text = await page.evaluate(() => navigator.clipboard.readText());
      expect(text).not.toContain('a-secret-key');
      return text;
    };
    expect(await copied('Copy as curl', 'createEvent as curl')).toContain('$GAINSIGHT_PX_API_KEY');
    await result.getByLabel('createEvent: the answer of PX').selectOption('400');
    const fixture = await copied('Copy as a fixture', 'the fixture');
    checkFixture(parseFixture('copied', fixture));
    expect(JSON.parse(fixture)).toMatchObject({
      answers: { createEvent: 400 },
      expect: { path: ['createEvent'], outcome: 'fail rejected of createEvent' },
    });
    expect(await copied('Copy as a unit test', 'the unit test')).toContain("from 'gainsight-px'");
  });

  inBrowser('a value that is not sent lights nothing where another value has its path', async (chromium) => {
    const message = { ...TRACK, properties: { 'a.b': 1, a: { b: 2 }, c: {} } };
    const config = { productTagKey: 'AP-1', nestedAttributes: 'flatten' };
    const { result } = await openInspector(chromium, message, config);
    const dropped = result.locator('.dropped');
    await dropped.locator('del').getByText('properties.a.b').waitFor();
    expect(await dropped.locator('button del').allInnerTexts()).toEqual(['properties.c']);
  });

  inBrowser('no copy is offered that would not show the fault of the key', async (chromium) => {
    const { result } = await openInspector(chromium, TRACK, { apiKey: 'ü', productTagKey: 'AP-1' });
    await result.getByText('Correct the configuration first').waitFor();
    expect(await result.getByRole('button', { name: /Copy as a (?:fixture|unit test)/ }).count()).toBe(0);
    expect(await result.getByRole('row', { name: /Command deliver/ }).innerText()).toContain('exit code 2');
  });

  inBrowser('the key is not in a copy, even where it is a word of the message', async (chromium) => {
    const { page, result } = await openInspector(
      chromium,
      { type: 'identify', userId: 'identify', traits: { title: 'identify' } },
      { apiKey: 'identify', productTagKey: 'AP-1' },
      { permissions: ['clipboard-read', 'clipboard-write'] },
    );
    await result.getByRole('button', { name: 'Copy as curl' }).first().click();
    await result.getByRole('status').filter({ hasText: 'Copied' }).waitFor();
    const text = await page.evaluate(() => navigator.clipboard.readText());
    expect(text).not.toContain('identify"');
    expect(text).toContain('"title": "(removed)"');
  });

  inBrowser('without a clipboard the text is shown, selected', async (chromium) => {
    const { page, result } = await openInspector(chromium, TRACK);
    await page.evaluate(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }));
    await result.getByRole('button', { name: 'Copy as a fixture' }).click();
    const field = result.getByRole('textbox', { name: 'the fixture' });
    const text = await field.inputValue();
    await page.waitForFunction(() => document.activeElement?.tagName === 'TEXTAREA');
    checkFixture(parseFixture('by hand', text));
    expect(await page.evaluate(() => window.getSelection()?.toString())).toBe(text);
    expect(await textsOf(result.getByRole('status').last())).toEqual([
      'This browser has no clipboard here. Copy the fixture by hand:',
    ]);
  });
});

describe('for everybody', () => {
  const states: [string, unknown][] = [
    ['dropped values and a plan', IDENTIFY],
    ['a group', GROUP],
    ['a skipped message', { ...TRACK, integrations: { All: false } }],
    ['an error', { type: 'track', userId: 'u' }],
    ['a warning', { ...IDENTIFY, traits: { numberOfVisits: 3 } }],
  ];
  test.each(states)('axe finds nothing in %s, light and dark', async (_name, event) => {
    if (browser === undefined) return;
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page, result } = await openInspector(browser, event, undefined, { colorScheme });
      const answers = await result.locator('select').all();
      await answers[0]?.selectOption('500');
      const closed = result.locator('details:not([open]) > summary');
      while ((await closed.count()) > 0) await closed.first().click();
      const lines = result.getByRole('option');
      if ((await lines.count()) > 0) await lines.first().focus();
      expect([colorScheme, await accessibilityFaults(page)]).toEqual([colorScheme, []]);
    }
  });
});
