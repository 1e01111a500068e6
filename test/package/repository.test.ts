import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(__dirname, '../..');
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');

test('the package bundles each of its dependencies', () => {
  const { dependencies, bundleDependencies } = JSON.parse(read('package.json')) as {
    readonly dependencies: Readonly<Record<string, string>>;
    readonly bundleDependencies: readonly string[];
  };
  expect([...bundleDependencies].sort()).toEqual(Object.keys(dependencies).sort());
});

test('the paths in CONTRIBUTING.md exist', () => {
  const named = [...read('CONTRIBUTING.md').matchAll(/`([\w./-]+\/[\w./-]*|[\w.-]+\.(?:json|mjs|cjs))`/g)];
  const paths = named.map(([, file]) => file!);
  expect(paths.filter((file) => !existsSync(path.join(root, file)) && !isFixture(file))).toEqual([]);
  expect(paths).toContain('src/simulator/validation/fields.ts');
});

/** A fixture is named without its folder. */
function isFixture(file: string): boolean {
  return existsSync(path.join(root, 'test/__fixtures__/gainsight_px/identify', file));
}
