import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { readDocument } from './document';

/** What the documents say of the places of things is true of the working copy. */
const root = path.resolve(__dirname, '../..');
const DECISIONS = 'docs/decisions';

const documents = [
  ...readdirSync(root),
  ...readdirSync(path.join(root, 'docs'), { recursive: true, encoding: 'utf8' }).map(
    (file) => `docs/${file}`,
  ),
].filter((file) => file.endsWith('.md'));

/** Paths of files and folders of this project that a text names; of a pattern, the folder that it begins with. */
function pathsIn(text: string): string[] {
  const names = text.matchAll(/(?<![\w/.:@-])((?:src|test|bench|scripts|docs|examples|ops)\/[\w./*<>-]*)/g);
  return [...names].map(([, name]) => name!.replace(/[^/]*[*<].*$/, '').replace(/[./]+$/, ''));
}

test('there are documents, and paths in them', () => {
  expect(documents).toEqual(expect.arrayContaining(['ARCHITECTURE.md', 'docs/library.md']));
  expect(pathsIn(readDocument('../ARCHITECTURE.md')).length).toBeGreaterThan(30);
  expect(pathsIn('`src/a/b.ts`, test/x/<name>/y and (docs/*.md), not https://x.invalid/src/y')).toEqual([
    'src/a/b.ts',
    'test/x',
    'docs',
  ]);
});

// The change log names what was there.
test.each(documents.filter((file) => file !== 'CHANGELOG.md'))(
  'every path that %s names exists',
  (document) => {
    const missing = pathsIn(readDocument(`../${document}`)).filter(
      (name) => !existsSync(path.join(root, name)),
    );
    expect(missing).toEqual([]);
  },
);

test('every folder of a layer is in the map', () => {
  const layers = ['core', 'destinations/gainsight_px', 'router', 'protocol', 'service', 'simulator', 'cli'];
  const folders = layers.flatMap((layer) =>
    readdirSync(path.join(root, 'src', layer), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => `src/${layer}/${name}`),
  );
  expect(folders.filter((folder) => !pathsIn(readDocument('../ARCHITECTURE.md')).includes(folder))).toEqual(
    [],
  );
});

test('the index of decisions links each of them, and names it by its title', () => {
  const files = readdirSync(path.join(root, DECISIONS)).filter((file) => file !== 'README.md');
  const rows = files.sort().map((file) => {
    const [, number, title] = /^# (\d+)\. (.+)$/m.exec(readDocument(`decisions/${file}`))!;
    expect(file.startsWith(`${number!.padStart(4, '0')}-`)).toBe(true);
    return `| [${number}](${file}) | ${title} |`;
  });
  const index = readDocument('decisions/README.md');
  expect(index.split('\n').filter((line) => line.startsWith('| ['))).toEqual(rows);
});
