import type { Locator, Page } from 'playwright-core';
import schema from '../../../config.schema.json';
import { CONFIG, configEditor, configOf, jsonIn, pageTests, paste } from './inspector-page';

const inPage = pageTests();

const openExtensions = (page: Page): Promise<void> => page.getByText(/^Extensions/).click();

/** A link would carry no key. */
async function pasteConfig(page: Page, config: unknown): Promise<void> {
  await page.getByRole('button', { name: 'JSON', exact: true }).click();
  await paste(page, configEditor(page), JSON.stringify(config));
  await page.getByRole('button', { name: 'Form', exact: true }).click();
}

describe('the form', () => {
  inPage('has a field for each key of the schema', async (page) => {
    await openExtensions(page);
    for (const key of Object.keys(schema.properties)) {
      await page.locator(`.field[data-path="${key}"]`).getByText(key, { exact: true }).first().waitFor();
    }
  });

  inPage('changes texts, choices and switches', async (page) => {
    await openExtensions(page);
    await page.getByLabel('productTagKey', { exact: true }).fill('AP-CHANGED-2');
    await page.getByLabel('dataCenter', { exact: true }).selectOption('EU');
    await page.getByLabel('nestedAttributes', { exact: true }).selectOption('flatten');
    await page.getByLabel('pageEvents', { exact: true }).check();
    expect(await configOf(page)).toEqual({
      ...CONFIG,
      productTagKey: 'AP-CHANGED-2',
      dataCenter: 'EU',
      nestedAttributes: 'flatten',
      pageEvents: true,
    });
    await page.getByText('api-eu.aptrinsic.com').first().waitFor();
    await page.getByLabel('pageEvents', { exact: true }).uncheck();
    await page.getByLabel('nestedAttributes', { exact: true }).selectOption('not set');
    await page.getByLabel('dataCenter', { exact: true }).selectOption('not set');
    expect(await configOf(page)).toEqual({ ...CONFIG, productTagKey: 'AP-CHANGED-2' });
  });

  inPage('adds, moves and removes rows with the keyboard alone', async (page) => {
    await page.getByRole('button', { name: 'Add a row: userAttributeMap' }).press('Enter');
    // The new row has the focus.
    await page.keyboard.type('city');
    await page.keyboard.press('Tab');
    await page.keyboard.type('town');
    expect(await configOf(page)).toEqual({
      ...CONFIG,
      userAttributeMap: [
        { from: 'plan', to: 'plan_name' },
        { from: 'city', to: 'town' },
      ],
    });
    await page.getByRole('button', { name: 'Move userAttributeMap row 2 up' }).press('Enter');
    // The focus goes with the row: a second press at the top does nothing.
    await page.keyboard.press('Enter');
    expect(await configOf(page)).toMatchObject({ userAttributeMap: [{ from: 'city' }, { from: 'plan' }] });
    await page.getByRole('button', { name: 'Move userAttributeMap row 1 down' }).press('Space');
    expect(await configOf(page)).toMatchObject({ userAttributeMap: [{ from: 'plan' }, { from: 'city' }] });
    await page.getByRole('button', { name: 'Remove userAttributeMap row 1' }).press('Enter');
    await page.keyboard.press('Enter');
    expect(await configOf(page)).toEqual({ ...CONFIG, userAttributeMap: [] });
    const focused = page.locator(':focus');
    await page.getByRole('button', { name: 'Add a row: userAttributeMap' }).press('Enter');
    expect(await focused.getAttribute('aria-label')).toBe('userAttributeMap row 1 from');
  });

  inPage('keeps the type of a constant', async (page) => {
    await page.getByRole('button', { name: 'Add a row: globalContextMap' }).click();
    await page.keyboard.type('beta');
    const value = page.getByLabel('globalContextMap row 1 to', { exact: true });
    const type = page.getByLabel('Type of globalContextMap row 1 to');
    await value.fill('42');
    expect(await configOf(page)).toMatchObject({ globalContextMap: [{ from: 'beta', to: '42' }] });
    await type.selectOption('number');
    expect(await configOf(page)).toMatchObject({ globalContextMap: [{ from: 'beta', to: 42 }] });
    await value.fill('1.5');
    expect(await configOf(page)).toMatchObject({ globalContextMap: [{ from: 'beta', to: 1.5 }] });
    await type.selectOption('true/false');
    await value.selectOption('true');
    expect(await configOf(page)).toMatchObject({ globalContextMap: [{ from: 'beta', to: true }] });
  });

  inPage('gives names a type', async (page) => {
    await openExtensions(page);
    await page.getByLabel('New name in attributeTypes user').fill('renewal.date');
    await page.keyboard.press('Enter');
    await page.getByLabel('attributeTypes user renewal.date', { exact: true }).selectOption('DATE_TIME');
    expect(await configOf(page)).toMatchObject({ attributeTypes: { user: { 'renewal.date': 'DATE_TIME' } } });
    await page.getByLabel('New name in attributeTypes user').fill('renewal.date');
    await page.keyboard.press('Enter');
    await page.getByText('expected a new name: there is an entry renewal.date already').waitFor();
    await page.getByLabel('attributeTypes user name renewal.date').fill('renewal');
    await page.keyboard.press('Tab');
    expect(await configOf(page)).toMatchObject({ attributeTypes: { user: { renewal: 'DATE_TIME' } } });
    await page.getByRole('button', { name: 'Remove attributeTypes user renewal' }).click();
    expect(await configOf(page)).toMatchObject({ attributeTypes: { user: {} } });
  });

  inPage('lists names, one in each line', async (page) => {
    await openExtensions(page);
    const names = page.getByLabel('attributeTypes disabled user', { exact: true });
    await names.fill('old_plan\n\nold.tier\n');
    await page.keyboard.press('Tab');
    expect(await configOf(page)).toMatchObject({
      attributeTypes: { disabled: { user: ['old_plan', 'old.tier'] } },
    });
    expect(await names.inputValue()).toBe('old_plan\nold.tier');
  });

  inPage(
    'keeps what is typed while the pointer moves over other fields',
    async (page) => {
      await page.getByLabel('Type of globalContextMap row 1 to').selectOption('number');
      const list = page.getByLabel('attributeTypes disabled user', { exact: true });
      const typed: [field: Locator, text: string, shown: string][] = [
        [list, 'old_plan\nold.t', 'old_plan\nold.t'],
        [page.getByLabel('dataCenter', { exact: true }), '{"web": "U', '{"web": "U'],
        [page.getByLabel('attributeTypes user name renewal', { exact: true }), 'renewal.d', 'renewal.d'],
        // A browser gives a number that is not complete as an empty text.
        [page.getByLabel('globalContextMap row 1 to', { exact: true }), '-', ''],
      ];
      for (const [field, text, shown] of typed) {
        await field.fill('');
        await field.pressSequentially(text);
        for (const key of ['productTagKey', 'userAttributeMap']) {
          await page.locator(`.field[data-path="${key}"]`).hover();
          await page
            .locator(`.field[data-path="${key}"].lit, .field[data-path="${key}"] .lit`)
            .first()
            .waitFor();
        }
        expect(await field.inputValue()).toBe(shown);
        expect(await field.evaluate((element) => element === document.activeElement)).toBe(true);
        await field.press('End');
      }
      // A minus is still there: a digit behind it makes a negative number.
      await page.keyboard.type('7');
      await page.keyboard.press('Tab');
      await list.fill('old_plan');
      await page.keyboard.press('Tab');
      expect(await configOf(page)).toMatchObject({
        attributeTypes: { user: { 'renewal.d': 'DATE' }, disabled: { user: ['old_plan'] } },
        dataCenter: { ios: 'EU' },
        globalContextMap: [{ from: 'beta', to: -7 }],
      });
    },
    {
      config: {
        ...CONFIG,
        dataCenter: { ios: 'EU' },
        attributeTypes: { user: { renewal: 'DATE' } },
        globalContextMap: [{ from: 'beta', to: '1' }],
      },
    },
  );

  inPage('makes a preference follow consent', async (page) => {
    await openExtensions(page);
    await page.getByRole('button', { name: 'Add a row: consentPreferences' }).click();
    const fault = page.locator('[id="config:consentPreferences.0.consent-fault"]');
    await fault.waitFor();
    await page.keyboard.type('analytics');
    await page.getByLabel('consentPreferences row 1 preference', { exact: true }).selectOption('surveys');
    expect(await configOf(page)).toMatchObject({
      consentPreferences: [{ consent: 'analytics', preference: 'surveys' }],
    });
    await fault.waitFor({ state: 'detached' });
  });

  inPage(
    'keeps keys that it does not know, and says that they have no effect',
    async (page) => {
      await page.getByText('Kept, but without effect: connectionMode, useNativeSDK.').waitFor();
      await page.getByLabel('productTagKey', { exact: true }).fill('AP-CHANGED-2');
      expect(await configOf(page)).toEqual({
        connectionMode: 'cloud',
        productTagKey: 'AP-CHANGED-2',
        useNativeSDK: { web: false },
      });
    },
    { config: { connectionMode: 'cloud', productTagKey: 'AP-EXAMPLE-2', useNativeSDK: { web: false } } },
  );

  inPage(
    'shows as JSON what its controls cannot show',
    async (page) => {
      const dataCenter = page.getByLabel('dataCenter', { exact: true });
      expect(await dataCenter.inputValue()).toBe('{"web":"EU"}');
      await dataCenter.fill('{"web": "US", "ios": ');
      await page.keyboard.press('Tab');
      await page.getByText('expected JSON: this is not part of the configuration yet').waitFor();
      expect(await configOf(page)).toMatchObject({ dataCenter: { web: 'EU' } });
      await dataCenter.fill('{"web": "US", "ios": "us"}');
      await page.keyboard.press('Tab');
      expect(await configOf(page)).toMatchObject({ dataCenter: { web: 'US', ios: 'us' } });
      expect(await page.getByLabel('userAttributeMap', { exact: true }).inputValue()).toBe('"none"');
    },
    { config: { ...CONFIG, dataCenter: { web: 'EU' }, userAttributeMap: 'none' } },
  );

  inPage('hides the key, and needs none', async (page) => {
    const key = page.getByLabel('apiKey', { exact: true });
    expect(await key.getAttribute('type')).toBe('password');
    expect(await key.getAttribute('aria-required')).toBeNull();
    await page.getByText('/v1/users/').first().waitFor();
  });
});

describe('a fault', () => {
  const config = {
    apiKey: 'grüße',
    productTagKey: '',
    dataCenter: 'MARS',
    userAttributeMap: [
      { from: 'a', to: 'a' },
      { from: 'b', to: 5 },
    ],
    userFieldMap: [{ from: 'a', to: 'emial' }],
    attributeTypes: { user: { 'a.b': 'TEXT' } },
    pageEvents: 'yes',
    accountAttributeMap: [7],
  };
  const places = [
    'apiKey',
    'productTagKey',
    'dataCenter',
    'userAttributeMap.1.to',
    'userFieldMap.0.to',
    'attributeTypes.user.a.b',
    'pageEvents',
  ];

  inPage('is beside its field, and tied to it', async (page) => {
    await pasteConfig(page, config);
    for (const path of places) {
      const control = page.locator(`[id="config:${path}"]`);
      expect([path, await control.getAttribute('aria-invalid')]).toEqual([path, 'true']);
      const description = await control.getAttribute('aria-describedby');
      expect(await page.locator(`[id="${description!}"]`).textContent()).toMatch(/expected .*found /);
    }
    const row = page.locator('[id="config:accountAttributeMap-fault"]');
    expect(await row.textContent()).toBe('0: expected an object {from, to}, found number');
  });

  inPage('leads to its field', async (page) => {
    await pasteConfig(page, config);
    for (const path of [...places, 'accountAttributeMap.0']) {
      await page.locator('#config-faults').getByRole('button', { name: path, exact: true }).press('Enter');
      const expected = path === 'accountAttributeMap.0' ? 'accountAttributeMap' : path;
      expect(await page.locator(':focus').getAttribute('id')).toBe(`config:${expected}`);
    }
  });

  inPage(
    'disappears when it is corrected',
    async (page) => {
      const key = page.getByLabel('productTagKey', { exact: true });
      await page.locator('[id="config:productTagKey-fault"]').waitFor();
      await key.fill('AP-NEW-2');
      await page.locator('[id="config:productTagKey-fault"]').waitFor({ state: 'detached' });
      expect(await key.getAttribute('aria-invalid')).toBeNull();
    },
    { config: {} },
  );

  inPage(
    'is found without an event',
    async (page) => {
      await page.getByLabel('Event, as JSON').fill('not JSON');
      await page.locator('[id="config:productTagKey-fault"]').waitFor();
    },
    { config: {} },
  );
});

describe('the JSON view', () => {
  inPage('is one click away, and in step with the form', async (page) => {
    await page.getByRole('button', { name: 'JSON', exact: true }).click();
    expect(await jsonIn(configEditor(page))).toEqual(CONFIG);
    await paste(page, configEditor(page), '{"productTagKey": "AP-JSON-2", "other": [1]}');
    await page.getByRole('button', { name: 'Form', exact: true }).click();
    expect(await page.getByLabel('productTagKey', { exact: true }).inputValue()).toBe('AP-JSON-2');
  });

  inPage('marks faults at their places', async (page) => {
    await page.getByRole('button', { name: 'JSON', exact: true }).click();
    await paste(page, configEditor(page), '{"productTagKey": "AP-JSON-2", "pageEvents": "yes"}');
    const mark = configEditor(page).locator('.cm-lintRange-error');
    await mark.first().waitFor();
    expect((await mark.allTextContents()).join('')).toBe('"pageEvents": "yes"');
    await page.locator('#config-faults').getByText('expected true or false, found').waitFor();
  });

  inPage('helps where the form cannot be shown', async (page) => {
    await page.getByRole('button', { name: 'JSON', exact: true }).click();
    for (const text of ['{"productTagKey"', '[]']) {
      await paste(page, configEditor(page), text);
      await page
        .getByText(text === '[]' ? 'The configuration is not an object' : 'The configuration is not JSON')
        .first()
        .waitFor();
      await page.getByRole('button', { name: 'Form', exact: true }).click();
      await page.getByRole('button', { name: 'Correct the JSON' }).click();
      await configEditor(page).waitFor();
    }
  });
});
