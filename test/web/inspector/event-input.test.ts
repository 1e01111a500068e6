import { gzipSync } from 'node:zlib';
import type { Locator, Page } from 'playwright-core';
import { EXAMPLES } from '../../../src/web/inspector/examples/examples';
import { CONFIG, EVENT, configOf, eventEditor, jsonIn, pageTests, paste } from './inspector-page';

const inPage = pageTests();

const message = (userId: string): object => ({ type: 'track', userId, event: 'E' });
const json = (value: unknown): string => JSON.stringify(value);
const LINES = ['a', 'b', 'c'].map((id) => json(message(id))).join('\n');

async function openFile(page: Page, name: string, content: string | Buffer): Promise<void> {
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Open a file…' }).click();
  const buffer = typeof content === 'string' ? Buffer.from(content) : content;
  await (await chooser).setFiles({ name, mimeType: 'application/json', buffer });
}

/** Drops a file on an element, as the browser does it. */
async function dropFile(page: Page, selector: string, name: string, content: string): Promise<void> {
  const transfer = await page.evaluateHandle(
    ([fileName, text]) => {
      const data = new DataTransfer();
      data.items.add(new File([text!], fileName!));
      return data;
    },
    [name, content],
  );
  await page.dispatchEvent(selector, 'dragover', { dataTransfer: transfer });
  await page.dispatchEvent(selector, 'drop', { dataTransfer: transfer });
}

async function userShown(page: Page, userId: string): Promise<void> {
  await eventEditor(page).getByText(`"${userId}"`, { exact: true }).waitFor();
}

const status = (page: Page): Locator => page.locator('.file-place');

describe('an event', () => {
  inPage('that is pasted is mapped', async (page) => {
    await paste(page, eventEditor(page), json(message('pasted-user')));
    await page.getByText('events/custom').first().waitFor();
    expect(await jsonIn(eventEditor(page))).toEqual(message('pasted-user'));
  });

  inPage('that is not JSON is marked, and says where', async (page) => {
    await paste(page, eventEditor(page), '{"type": "track"\n "userId": 1}');
    await page.getByText('The event is not JSON: line 2, column 2: expected a comma or }').waitFor();
    const mark = eventEditor(page).locator('.cm-lintRange-error');
    await mark.waitFor();
    expect(await mark.textContent()).toBe('"');
    const description = await eventEditor(page).getAttribute('aria-describedby');
    expect(await page.locator(`#${description!}`).textContent()).toContain('line 2, column 2');
    await paste(page, eventEditor(page), json(EVENT));
    await mark.waitFor({ state: 'detached' });
  });

  inPage('with a fault of its own is marked at its place', async (page) => {
    const event = { ...EVENT, traits: { userPreferences: { surveys: 'perhaps' } } };
    await paste(page, eventEditor(page), JSON.stringify(event, null, 2));
    const mark = eventEditor(page).locator('.cm-lintRange-error').first();
    await mark.waitFor();
    expect(await mark.textContent()).toContain('"surveys"');
  });

  inPage('is taken from the examples', async (page) => {
    for (const { title, event } of EXAMPLES) {
      await page.getByLabel('Take an example').selectOption({ label: title });
      await eventEditor(page)
        .getByText(`"${(event as { messageId: string }).messageId}"`, { exact: true })
        .waitFor({ state: 'attached' });
    }
  });

  inPage('is undone and redone', async (page) => {
    await paste(page, eventEditor(page), '{"type": "undo-me"}');
    await eventEditor(page).getByText('undo-me').waitFor();
    await page.keyboard.press('ControlOrMeta+z');
    await userShown(page, 'u_1');
  });
});

describe('a file', () => {
  inPage('is stepped through', async (page) => {
    await openFile(page, 'events.jsonl', LINES);
    await userShown(page, 'a');
    expect(await status(page).textContent()).toBe('Message 1 of 3: line 1');
    await page.getByRole('button', { name: 'Previous' }).press('Enter');
    await userShown(page, 'a');
    await page.getByRole('button', { name: 'Next' }).press('Enter');
    await userShown(page, 'b');
    await page.keyboard.press('Enter');
    await userShown(page, 'c');
    await page.keyboard.press('Enter');
    expect(await status(page).textContent()).toBe('Message 3 of 3: line 3');
    const number = page.getByRole('spinbutton', { name: 'Message' });
    await number.fill('2');
    // The page lights up, and renders, below the pointer.
    await page.locator('.field[data-path="productTagKey"]').hover();
    await page.locator('.field[data-path="productTagKey"].lit').waitFor();
    expect(await number.inputValue()).toBe('2');
    await page.keyboard.press('Enter');
    await userShown(page, 'b');
    await number.fill('');
    await page.keyboard.press('Tab');
    expect(await number.inputValue()).toBe('2');
    await number.fill('99');
    await page.keyboard.press('Enter');
    expect(await number.inputValue()).toBe('3');
    await number.fill('1');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Next' }).press('Enter');
    await userShown(page, 'b');
    await page.getByRole('button', { name: 'Close events.jsonl' }).click();
    await status(page).waitFor({ state: 'detached' });
    await userShown(page, 'b');
  });

  inPage('has a history for each message', async (page) => {
    await openFile(page, 'events.jsonl', LINES);
    await page.getByRole('button', { name: 'Next' }).click();
    await userShown(page, 'b');
    await eventEditor(page).focus();
    await page.keyboard.press('ControlOrMeta+z');
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.insertText(json(message('changed')));
    await page.keyboard.press('ControlOrMeta+z');
    await userShown(page, 'b');
  });

  inPage('of a message that is nested very deeply is shown, and not linked', async (page) => {
    const deep = `{"type":"identify","userId":"u","traits":{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}}`;
    await openFile(page, 'deep.json', deep);
    await page.getByText('nested_too_deep').first().waitFor();
    await page.getByRole('button', { name: 'Copy link' }).click();
    await page.getByText('nested too deeply for a link').waitFor();
  });

  inPage('keeps what was changed in it', async (page) => {
    await openFile(page, 'events.jsonl', LINES);
    await userShown(page, 'a');
    await paste(page, eventEditor(page), json(message('changed')));
    await page.getByRole('button', { name: 'Next' }).click();
    await userShown(page, 'b');
    await page.getByRole('button', { name: 'Previous' }).click();
    await userShown(page, 'changed');
  });

  inPage('is dropped anywhere, on the editor too', async (page) => {
    await dropFile(page, 'h1', 'events.jsonl', LINES);
    await userShown(page, 'a');
    await dropFile(page, '.cm-content', 'batch.json', json({ batch: [message('x'), message('y')] }));
    await userShown(page, 'x');
    expect(await jsonIn(eventEditor(page))).toEqual(message('x'));
    expect(await status(page).textContent()).toBe('Message 1 of 2: line 1, batch[0]');
  });

  inPage('of rejected messages says why each was rejected', async (page) => {
    const rejected = { code: 'id_missing', reason: 'no user id', retryable: false, line: 7 };
    await openFile(page, 'rejected.jsonl', json({ rejected, message: message('r') }));
    await userShown(page, 'r');
    expect(await status(page).textContent()).toBe(
      'Message 1 of 1: line 1. It was rejected: id_missing: no user id',
    );
  });

  inPage('may be packed, and in the encoding of PowerShell', async (page) => {
    await openFile(page, 'events.jsonl.gz', gzipSync(LINES));
    await userShown(page, 'a');
    await openFile(page, 'events.txt', Buffer.from(`\uFEFF${json(message('powershell'))}`, 'utf16le'));
    await userShown(page, 'powershell');
  });

  inPage('with a configuration replaces the configuration', async (page) => {
    await openFile(page, 'destination.json', json({ Config: { ...CONFIG, productTagKey: 'AP-DROPPED-2' } }));
    await page.getByText('destination.json is a configuration').waitFor();
    expect(await configOf(page)).toMatchObject({ productTagKey: 'AP-DROPPED-2' });
    await userShown(page, 'u_1');
  });

  inPage('that is too large is refused, and says what helps', async (page) => {
    await openFile(page, 'big.jsonl', Buffer.alloc(10 * 1024 * 1024 + 1, 32));
    await page
      .getByText('big.jsonl has 10.0 MB; this page takes 10 MB. Cut the file, for example with head -n 1000.')
      .waitFor();
    await openFile(page, 'bomb.gz', gzipSync(Buffer.alloc(10 * 1024 * 1024 + 1, 32)));
    await page.getByText('bomb.gz unpacks to more than 10 MB').waitFor();
    await userShown(page, 'u_1');
  });

  inPage('that is not text, broken or empty changes nothing', async (page) => {
    await openFile(page, 'photo.png', Buffer.from([0x89, 0x50, 0xff]));
    await page.getByText('photo.png is not a text').waitFor();
    await openFile(page, 'cut.gz', gzipSync(LINES).subarray(0, 20));
    await page.getByText('cut.gz is broken gzip').waitFor();
    await openFile(page, 'empty.jsonl', '');
    await page.getByText('empty.jsonl holds no message: nothing was changed.').waitFor();
    await page.getByRole('button', { name: 'Close this notice' }).click();
    await page.getByText('empty.jsonl').waitFor({ state: 'detached' });
    await userShown(page, 'u_1');
  });
});

describe('a text of several messages', () => {
  for (const [name, text] of [
    ['JSON lines', LINES],
    ['an array', json([message('a'), message('b'), message('c')])],
    ['a batch', json({ batch: [message('a'), message('b'), message('c')] })],
  ] as const) {
    inPage(`is stepped through: ${name}`, async (page) => {
      await paste(page, eventEditor(page), text);
      await page.getByRole('button', { name: 'Step through them' }).click();
      await userShown(page, 'a');
      await page.getByText(/^Message 1 of 3/).waitFor();
    });
  }

  inPage('is none where it is one message', async (page) => {
    await paste(page, eventEditor(page), json({ ...EVENT, batch: [1] }));
    await page.getByText('updateUser').first().waitFor();
    expect(await page.getByRole('button', { name: 'Step through them' }).count()).toBe(0);
  });
});
