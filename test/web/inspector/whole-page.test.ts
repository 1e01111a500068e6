import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { accessibilityFaults } from '../browser';
import { CONFIG, EVENT, configEditor, eventEditor, pageTests, paste } from './inspector-page';

const inPage = pageTests();

const HTML = readFileSync(path.resolve(__dirname, '../../../dist/web/inspector.html'), 'utf8');
const MAX_BYTES = 150 * 1024;

test('the page has at most 150 KB, packed', () => {
  expect(gzipSync(HTML).length).toBeLessThanOrEqual(MAX_BYTES);
});

test('its policy forbids every script but its own, and every request', () => {
  const [, policy] = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(HTML)!;
  expect(policy).toMatch(/default-src 'none'; script-src 'sha256-[\w+/]+='/);
  expect(policy).toContain("connect-src 'none'");
  expect(policy!.replace(/style-src [^;]+/, '')).not.toContain('unsafe');
});

/** The states that look different: each leaves the page in one of them. */
const STATES: Readonly<Record<string, (page: Page) => Promise<unknown>>> = {
  'at first': (page) => page.getByText('updateUser').first().waitFor(),
  'with faults': async (page) => {
    await page.getByRole('button', { name: 'JSON', exact: true }).click();
    await paste(
      page,
      configEditor(page),
      JSON.stringify({ dataCenter: 'MARS', userAttributeMap: [{ to: 1 }], pageEvents: 2 }),
    );
    await page.getByRole('button', { name: 'Form', exact: true }).click();
    await paste(page, eventEditor(page), '{"type" 1}');
    await page.getByText('The event is not JSON').first().waitFor();
  },
  'with a file, and all of the form': async (page) => {
    await page.getByText(/^Extensions/).click();
    for (const row of ['globalContextMap', 'consentPreferences']) {
      await page.getByRole('button', { name: `Add a row: ${row}` }).click();
    }
    await page.getByLabel('New name in attributeTypes user').fill('x'.repeat(80));
    await page.keyboard.press('Enter');
    const lines = [1, 2].map((line) =>
      JSON.stringify({
        rejected: { code: 'id_missing', reason: 'n'.repeat(200), retryable: false, line },
        message: EVENT,
      }),
    );
    await paste(page, eventEditor(page), lines.join('\n'));
    await page.getByRole('button', { name: 'Step through them' }).click();
    await page.locator('.file-place').waitFor();
  },
  'with the JSON of the configuration, and a notice': async (page) => {
    await page.getByRole('button', { name: 'JSON', exact: true }).click();
    await page.evaluate(() => {
      location.hash = 'v9.x';
    });
    await page.getByText('The link has the form v9').waitFor();
  },
};

/** Contrast differs by scheme, and the layout by width. */
const LOOKS = [
  ['light', 360],
  ['light', 800],
  ['light', 1440],
  ['dark', 360],
  ['dark', 1440],
] as const;

describe('axe finds nothing against WCAG 2.1 AA, and nothing scrolls sideways', () => {
  for (const [colorScheme, width] of LOOKS) {
    for (const [name, prepare] of Object.entries(STATES)) {
      inPage(
        `${name}: ${colorScheme}, ${width} pixels`,
        async (page) => {
          await prepare(page);
          expect(await accessibilityFaults(page)).toEqual([]);
          const needed = await page.evaluate(() => document.documentElement.scrollWidth);
          expect(needed).toBeLessThanOrEqual(width);
        },
        { options: { colorScheme, viewport: { width, height: 900 } } },
      );
    }
  }
});

describe('the keyboard', () => {
  inPage('leaves every control by Tab, and reaches all of them', async (page) => {
    const seen: string[] = [];
    // More steps than the page has controls: it ends where the focus leaves the page.
    for (let step = 0; step < 300; step += 1) {
      await page.keyboard.press('Tab');
      const name = await page.evaluate(() => {
        const { activeElement: element } = document;
        if (element === null || element === document.body) return '';
        return element.getAttribute('aria-label') ?? element.textContent!.trim().slice(0, 40);
      });
      if (name === '') break;
      seen.push(name);
    }
    expect(seen.slice(0, 5)).toEqual([
      'Skip to the result',
      'Copy link',
      'Take an example',
      'Open a file…',
      'Event, as JSON',
    ]);
    expect(seen).toEqual(
      expect.arrayContaining([
        'Form',
        'JSON',
        'productTagKey',
        'userAttributeMap row 1 from',
        'Copy as curl',
      ]),
    );
    const focusable = await page.evaluate(
      () =>
        [
          ...document.querySelectorAll(
            'a[href], button, input, select, textarea, summary, [contenteditable], [tabindex="0"]',
          ),
        ].filter((element) => element.checkVisibility()).length,
    );
    expect(seen).toHaveLength(focusable);
    await page.keyboard.press('Shift+Tab');
  });

  inPage('goes back out of the editor, too', async (page) => {
    await eventEditor(page).focus();
    await page.keyboard.press('Shift+Tab');
    expect(await page.locator(':focus').textContent()).toBe('Open a file…');
  });

  inPage('skips to the result', async (page) => {
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(await page.locator(':focus').getAttribute('id')).toBe('result');
    expect(new URL(page.url()).hash).toBe('');
  });

  inPage('shows where it is', async (page) => {
    for (const control of [
      page.getByRole('button', { name: 'Copy link' }),
      page.getByLabel('productTagKey', { exact: true }),
    ]) {
      await page.keyboard.press('Tab');
      await control.focus();
      expect(await control.evaluate((element) => getComputedStyle(element).outlineStyle)).toBe('solid');
    }
    await eventEditor(page).focus();
    expect(
      await page
        .locator('.cm-editor')
        .first()
        .evaluate((element) => getComputedStyle(element).outlineWidth),
    ).toBe('2px');
  });
});

inPage('the page has its landmarks and headings in order', async (page) => {
  await page.getByText('updateUser').first().waitFor();
  expect(await page.locator('main, header, section').count()).toBeGreaterThan(3);
  const levels = await page.evaluate(() =>
    [...document.querySelectorAll('h1, h2, h3, h4')].map(({ tagName }) => Number(tagName[1])),
  );
  expect(levels[0]).toBe(1);
  expect(levels.filter((level) => level === 1)).toHaveLength(1);
  for (const [index, level] of levels.entries())
    if (index > 0) expect(level - levels[index - 1]!).toBeLessThanOrEqual(1);
});

inPage(
  'nothing moves for those who do not want it',
  async (page) => {
    await STATES['with a file, and all of the form']!(page);
    const moving = await page.evaluate(() =>
      [...document.querySelectorAll('*')]
        .filter((element) => {
          const { animationName, transitionDuration } = getComputedStyle(element);
          return (
            animationName !== 'none' || transitionDuration.split(', ').some((duration) => duration !== '0s')
          );
        })
        .map(({ className }) => String(className)),
    );
    expect(moving).toEqual([]);
  },
  { options: { reducedMotion: 'reduce' } },
);

describe('the light', () => {
  const map = { config: { ...CONFIG, userAttributeMap: [{ from: 'plan', to: 'plan_name' }] } };
  const litIn = (page: Page): Promise<string[]> => page.locator('.cm-lit').allTextContents();

  inPage(
    'of a value in the event is on its row of the form',
    async (page) => {
      await eventEditor(page).getByText('"pro"').hover();
      await page.locator('.row.lit').waitFor();
      expect(await page.locator('.row.lit').getAttribute('data-path')).toBe('userAttributeMap.0');
      expect((await litIn(page)).join('')).toBe('"plan": "pro"');
      await page.mouse.move(0, 0);
      await page.locator('.row.lit').waitFor({ state: 'detached' });
    },
    map,
  );

  inPage(
    'of a row is on its value in the event, with the keyboard too',
    async (page) => {
      await page.getByLabel('userAttributeMap row 1 to', { exact: true }).focus();
      await page.locator('.cm-lit').first().waitFor();
      expect((await litIn(page)).join('')).toBe('"plan": "pro"');
    },
    map,
  );

  inPage(
    'follows the cursor of an editor, and is in the JSON of the configuration',
    async (page) => {
      await page.getByRole('button', { name: 'JSON', exact: true }).click();
      await eventEditor(page).getByText('"pro"').click();
      await configEditor(page).locator('.cm-lit').first().waitFor();
      const lit = await configEditor(page).locator('.cm-lit').allTextContents();
      expect(lit.join('').replace(/\s/g, '')).toBe('{"from":"plan","to":"plan_name"}');
    },
    map,
  );
});
