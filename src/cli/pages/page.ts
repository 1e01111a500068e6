import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** The pages that `npm run build` makes, each a file of its own that needs nothing else. */
export type PageName = 'inspector' | 'report' | 'live';

const DATA = '<script type="application/json" id="data">null</script>';

/**
 * Reads a page.
 *
 * @throws Error when the package was not built
 * @example
 * readPage('inspector'); // '<!doctype html>…'
 */
export function readPage(name: PageName): string {
  return readFileSync(pageFile(name), 'utf8');
}

/**
 * The page with data in it, which its script reads. The data can hold anything: no text in it can end its element.
 *
 * @example
 * withData(readPage('report'), { version: 1 });
 */
export function withData(page: string, data: unknown): string {
  const json = JSON.stringify(data).replaceAll('<', '\\u003c');
  return page.replace(DATA, () => DATA.replace('null', () => json));
}

/** The sources and the built files lie at different depths below the folder of the package. */
function pageFile(name: PageName, directory: string = __dirname): string {
  if (existsSync(path.join(directory, 'package.json'))) {
    const file = path.join(directory, '..', 'web', `${name}.html`);
    const built =
      path.basename(directory) === 'cjs' ? file : path.join(directory, 'dist/web', `${name}.html`);
    if (existsSync(built)) return built;
    throw new Error(`no page ${name}: run npm run build`);
  }
  return pageFile(name, path.dirname(directory));
}
